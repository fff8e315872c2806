// What Pianola costs a model to read stays small, since a host pays for it in every conversation. All counts are
// o200k tokens.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { triage } from './designs.mjs';
import { ask, callOnce, temporaryFolder, tokens } from './support.mjs';

const folder = temporaryFolder();
const name = triage.name;

before(() => {
  const { facts, text } = callOnce(folder.path, 'workflow_save', { workflow: triage, design_cost_usd: 1 });
  assert.equal(facts.status, 'published', text);
});

after(() => folder.remove());

function assertAtMost(most, value, what) {
  assert.ok(tokens(value) <= most, `${what}: ${tokens(value)} tokens, at most ${most}\n${value}`);
}

// tools/list as compact JSON of result.tools in 2026-07-28.
for (const [role, count, most] of [['designer', 10, 2600], ['executor', 6, 1500]]) {
  test(`the ${count} tools of the role ${role} take at most ${most} tokens`, () => {
    const [{ tools }] = ask(folder.path, role, [['tools/list', {}]]);
    assert.equal(tools.length, count);
    assertAtMost(most, JSON.stringify(tools), role);
  });
}

test('the instructions take less than 150 tokens in either role', () => {
  for (const role of ['designer', 'executor']) {
    const [{ instructions }] = ask(folder.path, role, [['server/discover', {}]]);
    assertAtMost(149, instructions, role);
  }
});

test('a playbook takes at most 15 % more than the same content written by hand', () => {
  const [{ text }] = callOnce(folder.path, 'workflow_get', { name }).result.content;
  const byHand = readFileSync(join(import.meta.dirname, 'playbook-by-hand.md'), 'utf8');
  for (const step of triage.steps) assert.ok(byHand.includes(step.instruction), 'it is the same content');
  assertAtMost(Math.floor(tokens(byHand) * 1.15), text, 'playbook');
});

test('a brief takes at most 300 tokens', () => {
  const { text } = callOnce(folder.path, 'workflow_get', { name, format: 'brief' });
  assertAtMost(300, text, 'brief');
  for (const step of triage.steps) assert.ok(text.includes(step.title), step.title);
});

test('a brief of a design with long texts in any script takes at most 300 tokens', () => {
  const long = 'Разобрать 請求書番号 7481-9920-A/16 (größtenteils) и проверить ';
  const steps = Array.from({ length: 40 }, (_, index) => ({
    id: `s${index}`,
    title: `${index} ${long.repeat(2)}`.slice(0, 150),
    instruction: 'Do what the title says.',
  }));
  const workflow = { ...triage, name: 'long', title: long, when_to_use: Array(10).fill(long.repeat(3)), steps };
  assert.ok(callOnce(folder.path, 'workflow_save', { workflow }).facts.saved !== false);
  const { text, result } = callOnce(folder.path, 'workflow_get', { name: 'long', version: '1.0.0', format: 'brief' });
  assert.ok(!result.isError, text);
  assertAtMost(300, text, 'brief');
});

test('"not modified" takes a few tokens', () => {
  const [{ text }] = callOnce(folder.path, 'workflow_get', { name }).result.content;
  const [, hash] = text.match(/hash ([0-9a-f]{12})/);
  const { text: answer } = callOnce(folder.path, 'workflow_get', { name, if_hash: hash });
  assertAtMost(40, answer, 'not modified');
});

test('adding one edge case by a partial save takes less than 300 tokens, and nothing else changes', () => {
  const added = {
    id: 'sold-shop',
    when: 'The customer writes about a shop that was sold to another company last year.',
    then: 'Take the category other, name the new owner, and give the address of its support.',
    severity: 'medium',
  };
  const given = { workflow: { name, edge_cases: [added] }, base_version: '1.0.0' };
  assertAtMost(299, JSON.stringify(given), 'arguments');
  const { facts, text } = callOnce(folder.path, 'workflow_save', given);
  assert.equal(facts.version, '1.1.0', text);
  const { text: json } = callOnce(folder.path, 'workflow_get', { name, format: 'json' });
  for (const kept of [...triage.edge_cases, ...triage.steps, added]) assert.ok(json.includes(kept.id), kept.id);
});

test('a revision brief takes at most 2,000 tokens, however much was reported in whatever script', () => {
  const situations = [
    'Der Kunde schreibt auf Deutsch über größtenteils unverständliche Rückerstattungsgebühren. ',
    'カスタマーが注文番号を間違えて書いたので、請求書が見つかりませんでした。',
    'Клиент просит вернуть деньги за заказ, которого нет в системе. ',
    'x9Qz/7+Lk2Pq0vB3nM8sT5yU1wE4rI6oA== ',
    '😀🚲🧾 🇩🇪 ₿ ∑∆ ',
    '{"error":{"code":-32602,"data":[[1,2],[3,4]]}} ',
    'The customer wants a discount because a friend got one last week. ',
  ];
  const calls = Array.from({ length: 28 }, (_, index) => [
    'tools/call',
    {
      name: 'report_edge_case',
      arguments: {
        name,
        situation: `${'abcdefghijklmnopqrstuvwxyz01'[index].repeat(40)} ${situations[index % 7].repeat(12)}`,
        what_was_done: situations[(index + 3) % 7].repeat(6),
        suggestion: situations[(index + 5) % 7].repeat(6),
        severity: 'high',
      },
    },
  ]);
  for (const result of ask(folder.path, 'executor', calls)) assert.ok(!result.isError, JSON.stringify(result));
  const { text } = callOnce(folder.path, 'workflow_review', { name });
  assert.ok(tokens(text) > 500, 'there is something to say');
  assertAtMost(2000, text, 'revision brief');
});

test('where no workflow fits, a small library of titles in any script takes at most 300 tokens', () => {
  const titles = [
    'Разобрать входящее письмо службы поддержки и ответить клиенту',
    '請求書番号と注文書を照合して差異を報告する作業',
    'Größtenteils unverständliche Rückerstattungsgebühren prüfen',
    '😀🚲🧾 🇩🇪 ₿ ∑∆ and other signs that a title may hold',
    'Compare an invoice with its order and its delivery note',
  ];
  for (const [count, prefix] of [[5, 'few'], [20, 'triage-support-mail']]) {
    const library = temporaryFolder();
    const designs = Array.from({ length: count }, (_, index) => ({
      name: `${prefix}-${index}`,
      title: titles[index % titles.length],
      description: titles[(index + 1) % titles.length],
      steps: [{ id: 'only', instruction: 'Do it.' }],
    }));
    const saved = ask(library.path, 'designer', designs.map((workflow) =>
      ['tools/call', { name: 'workflow_save', arguments: { workflow } }]));
    for (const result of saved) assert.ok(!result.isError, JSON.stringify(result));
    const { facts, text } = callOnce(library.path, 'workflow_find', { task: 'compose a birthday song' });
    assert.equal(facts.fits, false);
    assert.equal(facts.library.length, count);
    assertAtMost(300, text, `${count} workflows`);
    library.remove();
  }
});
