// opencode: registered by `pianola install`; the strong model designs, and the command of manifests/opencode hands over
// to the subagent on claude-haiku-5-5.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { assertDocumented, fromNothing, Machine, session } from './machine.mjs';
import {
  assertRecorded,
  assertTools,
  delegator,
  designer,
  executor,
  input,
  Names,
  seeker,
  task,
  turn,
} from './models.mjs';

const strong = 'claude-opus-5-5';
const weak = 'claude-haiku-5-5';
const prefix = 'pianola_';
const machine = () => new Machine('opencode', { OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_MODELS_FETCH: '1' });
const ask = (host, url, ...prompt) => {
  const anthropic = { options: { apiKey: 'fake', baseURL: `${url}/v1` }, models: { [strong]: {}, [weak]: {} } };
  return host.succeeds(['run', '--format', 'json', '-m', `anthropic/${strong}`, ...prompt], {
    OPENCODE_CONFIG_CONTENT: JSON.stringify({ provider: { anthropic } }),
  });
};

describe('opencode', { skip: process.arch !== 'x64' && 'npm has opencode-linux-x64-baseline alone' }, () => {
  test('from nothing to a tool call', async (t) => {
    const host = machine();
    const model = seeker(strong, new Names(prefix), [host.instructions()]);
    await fromNothing(t, host, model, (url) => ask(host, url, task));
    assertDocumented('opencode', host);
    assert.match(await host.succeeds(['mcp', 'list']), /pianola .*connected/);
    host.uninstall();
    assert.doesNotMatch(await host.succeeds(['mcp', 'list']), /pianola/);
  });

  test('the prompts are slash commands', async () => {
    const host = machine();
    host.install();
    const command = ['--command', 'pianola:execute_workflow', 'triage', 'hello'];
    const [request] = await session([], (url) => ask(host, url, ...command));
    assert.match(
      request.asked,
      /Execute the workflow triage on this input: hello\n\nCall execution_start with its name/,
    );
  });

  test('a workflow is designed, and /pianola-run has the executor execute it', async () => {
    const host = machine();
    host.install();
    for (const each of ['agents', 'commands', 'skills']) host.put(`opencode/${each}`, `.config/opencode/${each}`);
    assert.match(await host.succeeds(['debug', 'skill']), /"name": "pianola"/);

    const skill = turn([], () => ({ call: { name: 'skill', input: { name: 'pianola' } } }));
    const designs = designer(strong, weak, new Names(prefix, { first: { strong: [skill] } }), [
      host.instructions(),
      'Design a workflow only if all of this holds: the work will come again, it can be a checklist',
    ]);
    await session([designs], (url) => ask(host, url, `${task}: design a workflow for this.`));

    // The command itself hands over; the strong model is shown the report.
    const hands = delegator(strong, [], () => ({ text: 'The label is urgent.' }));
    const asked = ['You execute one workflow of Pianola, on one input', `Workflow and input: triage: ${input}`];
    const executes = executor(weak, new Names(prefix), asked);
    await session([hands, executes], (url) =>
      ask(host, url, '--command', 'pianola-run', 'triage:', ...input.split(' ')),
    );
    const resources = ['list_mcp_resource_templates', 'list_mcp_resources', 'read_mcp_resource'];
    assertTools(executes.requests[0], prefix, ['read', ...resources]);
    assertRecorded(host, { strong, weak, design_cost: 0.14, execution_cost: 0.00055 });
  });

  test('the address that is installed is reached with the key from the environment', async () => {
    const host = machine();
    host.installRemote();
    assert.match(await host.succeeds(['mcp', 'list']), /pianola .*connected/);
    assert.doesNotMatch((await host.run(['mcp', 'list'], { PIANOLA_KEY: 'wrong' })).output, /pianola .*connected/);
  });
});
