import assert from 'node:assert/strict';
import test from 'node:test';
import {auc, bootstrapByGroup, delong, quantile} from './statistics.mjs';

test('the AUC is the share of pairs in the right order, ties half', () => {
  assert.equal(auc([3, 4], [1, 2]), 1);
  assert.equal(auc([1], [1]), 0.5);
  assert.equal(auc([0.8, 0.4], [0.6, 0.2]), 0.75);
});

test('the interval of DeLong agrees with a case worked out by hand', () => {
  // Placements: positives 1, 0.5; negatives 0.5, 1: variance 0.125 each, error sqrt(0.125 / 2 + 0.125 / 2).
  const [low, high] = delong([0.8, 0.4], [0.6, 0.2]);
  assert.ok(Math.abs(low - (0.75 - 1.959964 * Math.sqrt(0.125))) < 1e-12);
  assert.equal(high, 1);
});

test('the bootstrap gives the same interval for the same seed, around the AUC', () => {
  const runs = [];
  for (let group = 0; group < 12; ++group) {
    for (let trial = 0; trial < 4; ++trial) runs.push({group, score: (group * 7 + trial * 3) % 11, positive: trial > 1});
  }
  const interval = bootstrapByGroup(runs, 1, 500);
  assert.deepEqual(bootstrapByGroup(runs, 1, 500), interval);
  const value = auc(runs.filter((r) => r.positive).map((r) => r.score), runs.filter((r) => !r.positive).map((r) => r.score));
  assert.ok(interval[0] <= value && value <= interval[1]);
});

test('a group drawn is drawn whole: one group alone has no spread', () => {
  const runs = [{group: 1, score: 2, positive: true}, {group: 1, score: 1, positive: false}];
  assert.deepEqual(bootstrapByGroup(runs, 3, 10), [1, 1]);
});

test('quantiles lie between the nearest values', () => {
  assert.equal(quantile([4, 1, 3, 2], 0.5), 2.5);
  assert.equal(quantile([5], 0.9), 5);
});
