// GitHub Copilot CLI: registered by `pianola install`; a whole session on two models.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { assertDocumented, fromNothing, Machine } from './machine.mjs';
import { Names, seeker, task } from './models.mjs';
import { designAndExecute } from './two-models.mjs';

const strong = 'claude-opus-5-5';
const weak = 'claude-haiku-5-5';
const names = new Names('pianola-');
const machine = () => new Machine('copilot-cli', { COPILOT_OFFLINE: 'true', COPILOT_PROVIDER_API_KEY: 'sk-fake' });
const ask = (host, url, model, prompt) =>
  host.succeeds(['--allow-all-tools', '--disable-builtin-mcps', '-p', prompt], {
    COPILOT_PROVIDER_BASE_URL: `${url}/v1`,
    COPILOT_MODEL: model,
  });

describe('Copilot CLI', () => {
  test('from nothing to a tool call', async (t) => {
    const host = machine();
    const model = seeker(strong, names, [task]);
    await fromNothing(t, host, model, (url) => ask(host, url, strong, task));
    assertDocumented('GitHub Copilot CLI', host);
    assert.doesNotMatch(model.requests[0].shown, /Pianola keeps workflows/);
    assert.match(await host.succeeds(['mcp', 'list']), /pianola \(local\)/);
    host.uninstall();
    assert.doesNotMatch(await host.succeeds(['mcp', 'list']), /pianola/);
  });

  test('the strong model designs, the weak one executes', () =>
    designAndExecute(machine(), {
      ...{ strong, weak, names, ask },
      costs: { design_cost: 0.14, execution_cost: 0.00055 },
    }));
});
