// Gemini CLI: registered by `pianola install`, and by the extension, whose commands have the strong model design, and
// hand over to the subagent on gemini-2.5-flash-lite.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { assertDocumented, fromNothing, Machine, manifest, session } from './machine.mjs';
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

const strong = 'gemini-2.5-pro';
const weak = 'gemini-2.5-flash-lite';
const prefix = 'mcp_pianola_';
const machine = () => {
  const host = new Machine('gemini-cli', { GEMINI_API_KEY: 'fake', GEMINI_CLI_TRUST_WORKSPACE: 'true' });
  const security = { auth: { selectedType: 'gemini-api-key' } };
  host.write('.gemini/settings.json', JSON.stringify({ security, privacy: { usageStatisticsEnabled: false } }));
  return host;
};
const ask = (host, url, prompt) =>
  host.succeeds(['-m', strong, '--approval-mode', 'yolo', '-p', prompt], { GOOGLE_GEMINI_BASE_URL: url });

describe('Gemini CLI', () => {
  test('from nothing to a tool call', async (t) => {
    const host = machine();
    const model = seeker(strong, new Names(prefix), [host.instructions()]);
    await fromNothing(t, host, model, (url) => ask(host, url, task));
    assertDocumented('Gemini CLI', host);
    assert.match(await host.succeeds(['mcp', 'list']), /pianola serve \(stdio\) - Connected/);
    host.uninstall();
    assert.doesNotMatch(await host.succeeds(['mcp', 'list']), /pianola/);
  });

  test('the prompts are slash commands', async () => {
    const host = machine();
    host.install();
    const prompt = '/execute_workflow --name="triage" --input="hello"';
    const [request] = await session([], (url) => ask(host, url, prompt));
    assert.match(
      request.asked,
      /Execute the workflow triage on this input: hello\\n\\nCall execution_start with its name/,
    );
  });

  test('its validator takes the extension', async () => {
    const output = await machine().succeeds(['extensions', 'validate', manifest('gemini-cli')]);
    assert.match(output, /successfully validated/);
  });

  test("the extension's /pianola:design saves a workflow, and /pianola:run has the executor execute it", async () => {
    const host = machine();
    await host.succeeds(['extensions', 'link', manifest('gemini-cli'), '--consent']);
    assert.match(await host.succeeds(['mcp', 'list']), /pianola serve \(stdio\) - Connected/);
    assert.match(await host.succeeds(['skills', 'list']), /pianola \[Enabled\]/);

    const skill = turn([], () => ({ call: { name: 'activate_skill', input: { name: 'pianola' } } }));
    const designs = designer(strong, weak, new Names(prefix, { first: { strong: [skill] } }), [
      `Design a workflow of Pianola for this task: ${task}`,
      host.instructions(),
      'Design a workflow only if all of this holds: the work will come again, it can be a checklist',
    ]);
    await session([designs], (url) => ask(host, url, `/pianola:design ${task}`));

    const handOver = { agent_name: 'pianola-executor', prompt: `triage: ${input}` };
    const hands = delegator(
      strong,
      [
        `Workflow and input: triage: ${input}`,
        'Do not execute it yourself. Hand it to the subagent `pianola-executor`',
      ],
      () => ({ call: { name: 'invoke_agent', input: handOver } }),
    );
    const lastly = (result) => ({ call: { name: 'complete_task', input: { result } } });
    const asked = ['You execute one workflow of Pianola, on one input', `triage: ${input}`];
    const executes = executor(weak, new Names(prefix, { lastly }), asked);
    await session([hands, executes], (url) => ask(host, url, `/pianola:run triage: ${input}`));
    assertTools(executes.requests[0], prefix, ['complete_task', 'read_file']);
    assertRecorded(host, { strong, weak, design_cost: 0.055, execution_cost: 0.00052 });
  });

  test('the address that is installed is reached with the key from the environment', async () => {
    const host = machine();
    host.installRemote();
    assert.match(await host.succeeds(['mcp', 'list']), /pianola: .* - Connected/);
    assert.doesNotMatch(await host.succeeds(['mcp', 'list'], { PIANOLA_KEY: 'wrong' }), /- Connected/);
  });
});
