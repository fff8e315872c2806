// A whole session in a host that knows no executor of ours: one session on the strong model, which designs, one on the
// weak model, with a server for executors.
import assert from 'node:assert/strict';

import { session } from './machine.mjs';
import { assertRecorded, designer, designerTools, executor, input, task } from './models.mjs';

// `ask(host, url, model, prompt)` runs the host; `told` is what the strong model is shown at the start.
export async function designAndExecute(host, { strong, weak, names, ask, told = [], costs }) {
  host.install();
  const designs = designer(strong, weak, names, [`${task}: design a workflow for this.`, ...told]);
  await session([designs], (url) => ask(host, url, strong, `${task}: design a workflow for this.`));

  host.install('--role', 'executor');
  const executes = executor(weak, names, [`${task}: ${input}`]);
  await session([executes], (url) => ask(host, url, weak, `${task}: ${input}`));
  const { shown } = executes.requests.at(-1);
  assert.deepEqual(
    designerTools.filter((tool) => shown.includes(names.prefix + tool)),
    [],
  );
  assertRecorded(host, { strong, weak, ...costs });
}
