// Cline: registered by `pianola install`; a whole session on two models.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { assertDocumented, fromNothing, Machine } from './machine.mjs';
import { Names, seeker, task } from './models.mjs';
import { designAndExecute } from './two-models.mjs';

const strong = 'claude-opus-5-5';
const weak = 'claude-haiku-5-5';
const names = new Names('pianola__');
// In a process of its own; else it leaves one behind that serves all sessions.
const machine = () => new Machine('cline', { CLINE_SESSION_BACKEND_MODE: 'local', CLINE_NO_AUTO_UPDATE: '1' });
const ask = (host, url, model, prompt) => {
  const settings = { provider: 'openai-compatible', apiKey: 'fake', model, baseUrl: `${url}/v1` };
  const providers = { 'openai-compatible': { settings, updatedAt: new Date().toISOString(), tokenSource: 'manual' } };
  const known = { version: 1, lastUsedProvider: 'openai-compatible', modes: {}, providers };
  host.write('.cline/data/settings/providers.json', JSON.stringify(known));
  return host.succeeds(['--json', prompt]);
};

describe('Cline', { skip: process.arch !== 'x64' && 'only @cline/cli-linux-x64 is pinned' }, () => {
  test('from nothing to a tool call', async (t) => {
    const host = machine();
    const model = seeker(strong, names, [task]);
    await fromNothing(t, host, model, (url) => ask(host, url, strong, task));
    assertDocumented('Cline', host);
    assert.doesNotMatch(model.requests[0].shown, /Pianola keeps workflows/);
  });

  test('the strong model designs, the weak one executes', () =>
    designAndExecute(machine(), {
      ...{ strong, weak, names, ask },
      costs: { design_cost: 0.14, execution_cost: 0.00055 },
    }));
});
