import assert from 'node:assert/strict';
import test from 'node:test';
import {longestCommon, reportedSteps, stepIds, withSkipped} from './replay.mjs';

const call = (name) => ({name, arguments: {}});
const ids = (steps) => steps.map((step) => step.step + (step.skipped ? '!' : ''));

test('a tool that repeats is numbered, one that does not keeps its name', () => {
  assert.deepEqual(stepIds(['get', 'book', 'book']), ['get', 'book-1', 'book-2']);
});

test('calls report their steps by name, one by one; more calls than steps are the last again', () => {
  const calls = ['book', 'think', 'book', 'get', 'book', 'get'].map(call);
  assert.deepEqual(ids(reportedSteps(['get', 'book', 'book'], calls)), ['book-1', 'think', 'book-2', 'get', 'book-2', 'get']);
});

test('what was left out is told as skipped where it belongs', () => {
  const expected = ['get', 'book', 'send'];
  assert.deepEqual(ids(withSkipped(expected, reportedSteps(expected, [call('think'), call('send')]))),
      ['think', 'get!', 'book!', 'send']);
  assert.deepEqual(ids(withSkipped(expected, reportedSteps(expected, [call('get'), call('book')]))), ['get', 'book', 'send!']);
});

test('the longest common subsequence need not be contiguous', () => {
  assert.equal(longestCommon(['a', 'b', 'c'], ['x', 'a', 'y', 'c']), 2);
  assert.equal(longestCommon([], ['a']), 0);
});
