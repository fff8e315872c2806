// Qwen Code: registered by `pianola install`; a whole session on two models.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { assertDocumented, fromNothing, Machine, session } from './machine.mjs';
import { Names, seeker, task, turn } from './models.mjs';
import { designAndExecute } from './two-models.mjs';

const strong = 'claude-opus-5-5';
const weak = 'claude-haiku-5-5';
const prefix = 'mcp__pianola__';
const machine = () => new Machine('qwen-code', { OPENAI_API_KEY: 'fake' });
const ask = (host, url, model, prompt) =>
  host.succeeds(['--auth-type', 'openai', '-m', model, '--approval-mode', 'yolo', '-p', prompt], {
    OPENAI_BASE_URL: `${url}/v1`,
    OPENAI_MODEL: model,
  });

// Its models are shown of such tools the names, look up the rest, and call them by another tool.
const search = turn([], () => ({ call: { name: 'tool_search', input: { query: 'pianola workflow execution' } } }));
const call = (name, each) => ({ call: { name: 'tool_call', input: { name: prefix + name, arguments: each } } });
const names = new Names(prefix, { call, first: { strong: [search], weak: [search] } });

describe('Qwen Code', () => {
  test('from nothing to a tool call', async (t) => {
    const host = machine();
    const model = seeker(strong, names, [task, host.instructions()]);
    await fromNothing(t, host, model, (url) => ask(host, url, strong, task));
    assertDocumented('Qwen Code', host);
    assert.match(await host.succeeds(['mcp', 'list']), /pianola: pianola serve \(stdio\) - Connected/);
    host.uninstall();
    assert.doesNotMatch(await host.succeeds(['mcp', 'list']), /pianola/);
  });

  test('the prompts are slash commands', async () => {
    const host = machine();
    host.install();
    const prompt = '/execute_workflow --name="triage" --input="hello"';
    const [request] = await session([], (url) => ask(host, url, strong, prompt));
    assert.match(
      request.shown,
      /Execute the workflow triage on this input: hello.{1,9}Call execution_start with its name/,
    );
  });

  test('the address that is installed is reached with the key from the environment', async () => {
    const host = machine();
    host.installRemote();
    assert.match(await host.succeeds(['mcp', 'list']), /pianola: .* - Connected/);
    assert.doesNotMatch(await host.succeeds(['mcp', 'list'], { PIANOLA_KEY: 'wrong' }), /- Connected/);
  });

  test('the strong model designs, the weak one executes', () => {
    const host = machine();
    return designAndExecute(host, {
      ...{ strong, weak, names, ask },
      told: [host.instructions()],
      costs: { design_cost: 0.14, execution_cost: 0.00055 },
    });
  });
});
