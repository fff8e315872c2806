// The programs of docs/examples as users run them, over stdio and HTTP, with a stand-in for both models
// (mail-models.mjs): each comes to its end, and store and accounts tell of strong and weak model what they did.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { startModel } from '../hosts/model-stand-in.mjs';
import { makeKey, startServer } from './http-server.mjs';
import { answerMail } from './mail-models.mjs';
import { pianola, root, temporaryFolder } from './support.mjs';

const strong = 'gpt-6-sol';
const weak = 'gpt-6-luna';
const executorTools = 6;
const mails = [
  'Hello, I was charged twice for order 77. Ada',
  'Hello, the app shows an error after login. Grace',
  'Hello, do you deliver to Iceland? Edsger',
  'Hello, my invoice names "Smith & Sons" <no>. Barbara',
];

for (const example of ['typescript-sdk', 'openai-agents', 'ai-sdk']) {
  describe(`${example}.mjs`, () => {
    const folder = temporaryFolder();
    let model;
    let meet = () => {};
    before(async () => {
      symlinkSync(pianola, join(folder.path, 'pianola'));
      model = await startModel(async (request) => {
        if (request.model === weak && request.results.length === 0) await meet();
        return answerMail(request);
      });
    });
    after(() => {
      model.stop();
      folder.remove();
    });

    // Runs the example on the mails; gives the accounts that it prints last.
    async function run(store, given, env = {}) {
      const output = await outputOf(process.execPath, [join(root, 'docs', 'examples', `${example}.mjs`), ...given], {
        PATH: folder.path,
        PIANOLA_STORE: store,
        OPENAI_BASE_URL: `${model.url}/v1`,
        OPENAI_API_KEY: 'sk-fake',
        OPENAI_AGENTS_DISABLE_TRACING: '1',
        STRONG_MODEL: strong,
        WEAK_MODEL: weak,
        ...env,
      });
      return JSON.parse(output.slice(output.indexOf('\n{\n')));
    }

    test('designs on one model and executes on another over stdio; a second run designs no more', async () => {
      const store = join(folder.path, 'stdio.db');
      const accounts = await run(store, mails.slice(0, 1));
      assertAccounts(accounts, 1);
      assertBooked(store, accounts, model.requests);
      assertRecorded(store, 1);
      assertShown(model.requests, 1);
      const asked = model.requests.filter(({ model }) => model === strong).length;
      const later = await run(store, mails.slice(1, 2));
      assertAccounts(later, 2);
      assert.equal(later.design_cost, accounts.design_cost);
      assert.equal(model.requests.filter(({ model }) => model === strong).length, asked);
    });

    test('is a fleet over HTTP: executes all mails at once, and loses none', async () => {
      model.requests.length = 0;
      meet = meetingOf(mails.length);
      const store = join(folder.path, 'http.db');
      const keys = { DESIGNER_KEY: makeKey(pianola, store), EXECUTOR_KEY: makeKey(pianola, store, 'executor') };
      const server = await startServer(pianola, ['serve', '--http', '127.0.0.1:0', '--store', store]);
      let accounts;
      try {
        accounts = await run(join(folder.path, 'unused.db'), mails, { PIANOLA_URL: server.url, ...keys });
      } finally {
        assert.equal(await server.stop(), 0);
      }
      assertAccounts(accounts, 4);
      assertBooked(store, accounts, model.requests);
      assertRecorded(store, 4);
      assertShown(model.requests, 4);
    });
  });
}

// Nobody goes on before all have come.
function meetingOf(count) {
  let open;
  const all = new Promise((resolve) => (open = resolve));
  return () => (--count === 0 ? open() : all);
}

function outputOf(program, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(`exit code ${code}\n${output}`))));
  });
}

const ask = (store, ...args) =>
  JSON.parse(execFileSync(pianola, [...args, '--json', '--store', store], { encoding: 'utf8' }));

// Designing cost what the strong model's requests took at its price, executing what the weak one's took at its own.
function assertBooked(store, { design_cost, execution_cost }, requests) {
  const { prices } = ask(store, 'prices', 'list');
  for (const [cost, name] of [[design_cost, strong], [execution_cost, weak]]) {
    const { input, output } = prices.find(({ model }) => model === name);
    const usages = requests.filter(({ model }) => model === name).map(({ usage }) => usage);
    const dollars = usages.reduce((sum, usage) => sum + usage.input * input + usage.output * output, 0) / 1e6;
    assert.ok(dollars > 0 && Math.abs(cost - dollars) < 1e-6, `${name}: ${cost} is not ${dollars}`);
  }
}

// The weak model executed, against the strong one as the baseline; nothing is unknown.
function assertAccounts(accounts, executions) {
  const { succeeded, unpriced_executions, baseline_model, by_model } = accounts;
  assert.deepEqual(
    { executions: accounts.executions, succeeded, unpriced_executions, baseline_model },
    { executions, succeeded: executions, unpriced_executions: 0, baseline_model: strong },
  );
  assert.deepEqual(by_model.map(({ model, executions }) => ({ model, executions })), [{ model: weak, executions }]);
}

// Every mail was executed once, was refused once, and the edge case was counted.
function assertRecorded(store, executions) {
  const { executions: all } = ask(store, 'execution', 'list');
  const shown = all.map(({ execution_id }) => ask(store, 'execution', 'show', execution_id));
  assert.deepEqual(shown.map(({ input }) => input.text).toSorted(), mails.slice(0, executions).toSorted());
  for (const { executor, state, adherence, hand_ins } of shown) {
    assert.deepEqual({ executor, state, adherence }, { executor: weak, state: 'succeeded', adherence: 1 });
    assert.deepEqual(hand_ins.map(({ result }) => result), ['refused', 'accepted', 'accepted']);
  }
  const reports = ask(store, 'edge-case', 'list').edge_cases;
  assert.deepEqual(reports.map(({ situation, count }) => ({ situation, count })), [
    { situation: 'The mail opens with a greeting', count: executions },
  ]);
}

// Each model had its role's tools alone; each execution's step, refusal and end reached the weak one.
function assertShown(requests, executions) {
  const of = (name) => requests.filter(({ model }) => model === name);
  assert.ok(of(strong).every(({ tools }) => tools.includes('workflow_save')));
  assert.ok(of(weak).every(({ tools }) => tools.length === executorTools && !tools.includes('workflow_save')));
  for (const words of [
    /step sort\)[^]*Choose the queue of this mail, and copy the words that decide it/,
    /\/queue must be one of .*2 attempts left: correct it and hand it in again/,
    /This execution has ended: succeeded/,
  ]) {
    assert.equal(of(weak).filter(({ results }) => words.test(results.at(-1) ?? '')).length, executions, words);
  }
}
