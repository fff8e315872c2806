// Codex: registered by `pianola install`; the strong model designs, and spawns the executor of manifests/codex, on its
// own model.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { assertDocumented, fromNothing, Machine, session } from './machine.mjs';
import {
  assertRecorded,
  delegator,
  design,
  designer,
  executor,
  executorTools,
  input,
  Names,
  seeker,
  task,
  turn,
} from './models.mjs';

const strong = 'gpt-6-sol';
const weak = 'gpt-6-luna';
const machine = () => new Machine('codex', { KEY: 'fake' });
const provider = (url) => `{name="stand-in",base_url="${url}/v1",env_key="KEY",wire_api="responses"}`;
const ask = (host, url, options, prompt) =>
  host.succeeds([
    ...['exec', '--strict-config', '--json', '--skip-git-repo-check', ...options],
    ...['-c', 'model_provider=stand-in', '-c', `model_providers.stand-in=${provider(url)}`, prompt],
  ]);

// Its models call tools from scripts, and look there which there are.
const exec = (script) => ({ call: { name: 'exec', input: script } });
const look = turn([], () =>
  exec("text(ALL_TOOLS.map(({ name }) => name).filter((name) => name.includes('pianola')).join(' '))"),
);
const call = (name, each) =>
  exec(
    `const result = await tools.mcp__pianola__${name}(${JSON.stringify(each)});` +
      'for (const block of result.content) text(block.text);',
  );
const names = (first) => new Names('mcp__pianola__', { call, first });
// Of what a server tells, they are shown the beginning.
const toldBy = (host) => [host.instructions().slice(0, 247) + '...'];
const toolsFound = (model) => model.requests[1].results[0].match(/mcp__pianola__\w+/g);

describe('Codex', () => {
  test('from nothing to a tool call', async (t) => {
    const host = machine();
    const model = seeker(strong, names(), toldBy(host));
    await fromNothing(t, host, model, (url) => ask(host, url, ['-m', strong], task));
    assertDocumented('Codex', host);
    assert.match(await host.succeeds(['mcp', 'list']), /pianola +pianola +serve .*enabled/);
    host.uninstall();
    assert.doesNotMatch(await host.succeeds(['mcp', 'list']), /pianola/);
  });

  test('a workflow is designed, and executed by the agent on gpt-6-luna', async () => {
    const host = machine();
    host.install();
    host.put('codex/agents', '.codex/agents');
    host.put('codex/skills', '.agents/skills');

    const skill = ['# Pianola: designed once, executed many times', 'Design a workflow only if all of this holds:'];
    const designs = designer(strong, weak, names(), skill);
    await session([designs], (url) => ask(host, url, ['-m', strong], `$pianola ${task}: design a workflow for this.`));

    const spawn = {
      agent_type: 'pianola-executor',
      task_name: 'triage',
      fork_turns: 'none',
      message: `triage: ${input}`,
    };
    const hands = delegator(
      strong,
      [
        "This role's model is set to `gpt-6-luna`",
        'Spawn the agent `pianola-executor`, which runs on a cheap model, with `"fork_turns": "none"`.',
      ],
      () => ({ call: { name: 'spawn_agent', input: spawn } }),
      () => ({ call: { name: 'wait_agent', input: { timeout_ms: 3_600_000 } } }),
    );
    const asked = ['You execute one workflow of Pianola, on one input', `triage: ${input}`];
    const executes = executor(weak, names({ weak: [look] }), asked);
    await session([executes, hands], (url) => ask(host, url, ['-m', strong], `$pianola-run triage: ${input}`));
    // Codex has no server of the agent's own: it shares the session's, and so all tools.
    assert.equal(toolsFound(executes).length, 10);
    assertRecorded(host, { strong, weak, design_cost: 0.07, execution_cost: 0.00055 });
  });

  test("the profile executes on gpt-6-luna, with the executor's tools alone", async () => {
    const host = machine();
    host.save(design);
    host.put('codex/pianola-executor.config.toml', '.codex/pianola-executor.config.toml');
    const asked = ['You execute one workflow of Pianola, on one input', `triage: ${input}`];
    const executes = executor(weak, names({ weak: [look] }), asked);
    await session([executes], (url) => ask(host, url, ['-p', 'pianola-executor'], `triage: ${input}`));
    assert.deepEqual(
      toolsFound(executes).toSorted(),
      executorTools.map((tool) => `mcp__pianola__${tool}`),
    );
  });

  test('takes the address and the variable for the key', async () => {
    const host = machine();
    host.installRemote();
    assert.match(await host.succeeds(['mcp', 'list']), /PIANOLA_KEY/);
    const model = seeker(strong, names(), toldBy(host));
    await session([model], (url) => ask(host, url, ['-m', strong], task));
  });

  test('lists no server where the program is not there', async () => {
    const host = machine();
    host.write('.codex/config.toml', '[mcp_servers.pianola]\ncommand = "no-such-program"\n');
    const [request] = await session([], (url) => ask(host, url, ['-m', weak], 'hello'));
    assert.doesNotMatch(request.shown, /mcp__pianola/);
  });
});
