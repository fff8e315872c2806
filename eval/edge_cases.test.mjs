import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {ratesOf, sumOf} from './edge_cases.mjs';

test('precision is of what was merged, recall of what belongs together', () => {
  const rows = [{pairs: {right: 3, wrong: 1, missed: 2, other: 9}}, {pairs: {right: 3, wrong: 1, missed: 4, other: 9}}];
  assert.deepEqual(sumOf(rows, 'pairs'), {right: 6, wrong: 2, missed: 6, other: 18});
  assert.deepEqual(ratesOf(sumOf(rows, 'pairs')), {precision: 0.75, recall: 0.5});
});

test('nothing merged is no mistake', () => {
  assert.deepEqual(ratesOf({right: 0, wrong: 0, missed: 4}), {precision: 1, recall: 0});
});

test('the set is as large as it should be, and no telling stands in it twice', () => {
  const workflows = JSON.parse(readFileSync(new URL('tellings.json', import.meta.url), 'utf8'));
  const groups = Object.values(workflows).flatMap((each) => Object.values(each));
  const tellings = groups.flatMap(({close, told}) => [close, ...told]);
  assert.ok(groups.length >= 60 && tellings.length >= 200, `${groups.length} groups, ${tellings.length} tellings`);
  assert.equal(new Set(tellings).size, tellings.length);
});
