// Continue's CLI: registered by `pianola install`; a whole session on two models.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { assertDocumented, fromNothing, Machine } from './machine.mjs';
import { Names, seeker, task } from './models.mjs';
import { designAndExecute } from './two-models.mjs';

const strong = 'claude-opus-5-5';
const weak = 'claude-haiku-5-5';
const names = new Names('');
const settings = 'name: mine\nversion: 1.0.0\nschema: v1\nmodels:\n';
const machine = () => {
  const host = new Machine('continue');
  host.write('.continue/config.yaml', settings);
  return host;
};
const ask = (host, url, model, prompt) => {
  // The one model of its settings, beside our entry.
  const entry = { name: model, provider: 'openai', model, apiKey: 'fake', apiBase: `${url}/v1`, roles: ['chat'] };
  host.change('.continue/config.yaml', (text) =>
    text.replace(/^models:\n(  - {.*\n)?/m, `models:\n  - ${JSON.stringify(entry)}\n`),
  );
  return host.succeeds(['-p', '--auto', prompt]);
};

describe('Continue', () => {
  test('from nothing to a tool call', async (t) => {
    const host = machine();
    const model = seeker(strong, names, [task]);
    await fromNothing(t, host, model, (url) => ask(host, url, strong, task));
    assertDocumented('Continue CLI', host);
    assert.doesNotMatch(model.requests[0].shown, /Pianola keeps workflows/);
  });

  test('the strong model designs, the weak one executes', () =>
    designAndExecute(machine(), {
      ...{ strong, weak, names, ask },
      costs: { design_cost: 0.14, execution_cost: 0.00055 },
    }));
});
