import assert from 'node:assert/strict';
import test from 'node:test';
import {breaks, cheapest, nextOf, passes, shortest, walkDone, waysOn} from './weak_oracle.mjs';
import {spoiled} from './weak.mjs';
import {randomFrom} from './statistics.mjs';
import {designOf, workflows} from './weak_workflows.mjs';

const output = {type: 'object', properties: {is: {enum: ['x', 'y']}}, required: ['is']};
const step = (id, branches = []) => ({id, output, branches});
const when = (value) => ({'output.is': {const: value}});
// a, then b; b goes back to a for "x".
const loop = {steps: [step('a'), step('b', [{when: when('x'), goto: 'a'}])]};
const done = (...pairs) => pairs.map(([id, is]) => ({step: id, output: {is}}));

test('a schema is broken by what it forbids alone', () => {
  assert.deepEqual(breaks(output, {is: 'x'}), []);
  for (const wrong of [{}, {is: 'z'}, 'x', null]) assert.ok(breaks(output, wrong).length > 0, JSON.stringify(wrong));
  assert.ok(breaks({type: 'object', properties: {}, additionalProperties: false}, {more: 1}).length > 0);
});

test('a quote must stand in the input, white space apart', () => {
  const quoting = {output: {type: 'object'}, quotes: ['/lines/*']};
  assert.ok(passes(quoting, {lines: ['two  words']}, {text: 'these two\nwords here'}));
  assert.ok(!passes(quoting, {lines: ['two words', 'three']}, {text: 'two words'}));
});

test('what was done is a whole way, or where it breaks is told', () => {
  assert.deepEqual(walkDone(loop, {}, done(['a', 'x'], ['b', 'x'], ['a', 'x'], ['b', 'y'])), {end: 'end'});
  assert.equal(walkDone(loop, {}, done(['a', 'x'], ['b', 'x'])).why, 'a was never done');
  assert.equal(walkDone(loop, {}, done(['b', 'y'])).why, 'b where a was due');
  assert.equal(walkDone(loop, {}, done(['a', 'z'], ['b', 'y'])).why, 'a was not done right');
  assert.equal(walkDone(loop, {}, [{step: 'a', skipped: true}]).why, 'a may not be skipped');
});

test('ways on are the branches up to an else, and the next step where there is none', () => {
  assert.deepEqual(waysOn(loop, 'b'), ['a', 'end']);
  assert.equal(nextOf(loop, 'b', {b: {is: 'x'}}), 'a');
  assert.equal(shortest(loop), 2);
});

test('a trace costs what its cheapest reading costs', () => {
  const trace = (...steps) => steps.map(([id, next]) => ({step: id, next}));
  assert.equal(cheapest(loop, trace(['a', 'b'], ['b', 'end'])), 0);
  assert.equal(cheapest(loop, trace(['a', 'b'], ['b', 'a'], ['a', 'b'], ['b', 'end'])), 0);
  assert.equal(cheapest(loop, trace(['b', 'end'])), 1);                // a was left out
  assert.equal(cheapest(loop, trace(['a', 'b'], ['b', 'a'])), 1);      // it ended where the way goes back
  assert.equal(cheapest(loop, trace(['x', ''], ['a', 'b'], ['b', 'end'])), 1);
  assert.equal(cheapest(loop, [{step: 'a', skipped: true, designed: true}, ...trace(['b', 'end'])]), 0);
  assert.equal(cheapest(loop, [{step: 'a', skipped: true}, ...trace(['b', 'end'])]), 1);
});

test('a spoiled output never passes', () => {
  const random = randomFrom(1);
  for (const workflow of workflows) {
    const input = workflow.draw(random);
    designOf(workflow).steps.forEach((each, at) => {
      const right = workflow.answers({step: each.id, at, input, before: 0, done: []}) ?? {};
      for (let times = 0; times < 20; ++times) {
        const wrong = spoiled(each, right, input, random);
        assert.ok(wrong === null || !passes(each, wrong, input), JSON.stringify(wrong));
      }
    });
  }
});
