import assert from 'node:assert/strict';
import test from 'node:test';
import {atThreshold, designOf, draw, ranks, reworded, shuffled, thresholdFor} from './find.mjs';
import {randomFrom} from './statistics.mjs';
import {designOf as runbookDesign, lostLines, readRunbook, slugOf} from './runbooks.mjs';

const groups = Array.from({length: 10}, (_, key) => [key, [`first of ${key}`, `second of ${key}`, `third of ${key}`]]);

test('a draw describes each workflow by one request, leaves a fifth out, and asks with all others', () => {
  const {library, queries} = draw(groups, 1);
  assert.equal(library.length, 8);
  assert.equal(queries.length, 20);
  assert.equal(queries.filter(({known}) => !known).length, 4);
  for (const {task, wanted, known} of queries) {
    const design = library.find(({name}) => name === wanted);
    assert.equal(design !== undefined, known);
    assert.notEqual(design?.description, task);
  }
  assert.deepEqual(draw(groups, 1), draw(groups, 1));
  assert.notDeepEqual(draw(groups, 1), draw(groups, 2));
});

test('shuffling keeps every item, and a seed gives the same order', () => {
  const items = [1, 2, 3, 4, 5, 6];
  assert.deepEqual(shuffled(items, randomFrom(3)), shuffled(items, randomFrom(3)));
  assert.deepEqual([...shuffled(items, randomFrom(4))].sort(), items);
});

const answered = (score, known, found = ['w']) => ({score, known, found, wanted: 'w'});

test('a threshold says no below itself', () => {
  const answers = [answered(0.2, true), answered(0.6, true), answered(0.9, true), answered(0.8, true),
    answered(0.1, false), answered(0.7, false)];
  assert.deepEqual(atThreshold(answers, 0.5), {falseNo: 0.25, rightNo: 0.5});
  assert.equal(thresholdFor(answers, 0.25), 0.6);
  assert.equal(thresholdFor(answers, 0), 0.2);
});

test('ranks are counted among tasks whose workflow is there', () => {
  const answers = [answered(1, true), answered(1, true, ['v', 'w']), answered(1, true, ['v']), answered(1, false, [])];
  assert.deepEqual(ranks(answers), {known: 3, foreign: 1, first: 1 / 3, three: 2 / 3});
});

test('a reworded task keeps its words between itself and its keywords', () => {
  const query = {task: 'show the shipping method of my order', wanted: 'w', known: true};
  const {task, keywords} = reworded(query, randomFrom(1), ['noise']);
  const all = [...task.split(' '), ...keywords];
  for (const word of query.task.split(' ')) assert.ok(all.includes(word), word);
  assert.ok(keywords.length > 0 && task !== query.task);
});

test('a workflow of a request says no more than the request', () => {
  assert.deepEqual(designOf(4, 'Do this'),
      {name: 'task-4', title: 'Do this', description: 'Do this', steps: [{id: 'only', instruction: 'Do it.'}]});
});

const runbook = ['---', 'title: Kube API Down', 'weight: 20', '---', '', '# KubeAPIDown', '', '## Meaning', '', 'No server.',
  '', '## Impact', '', 'None.', '', '## Mitigation', '', '```', '# not a heading', '```', 'See {{< ref "x" >}}.'].join('\n');

test('a runbook becomes a workflow that holds all of its lines', () => {
  const design = runbookDesign(readRunbook('KubeAPIDown.md', runbook));
  assert.equal(design.name, 'kube-api-down');
  assert.equal(design.title, 'Kube API Down');
  assert.equal(design.description, 'No server.');
  assert.deepEqual(design.steps.map(({title}) => title), ['Mitigation']);
  assert.deepEqual(lostLines(runbook, design), []);
  assert.deepEqual(lostLines(runbook, {...design, context: ''}), ['title: Kube API Down', 'weight: 20', '## Impact', 'None.']);
});

test('a name with capitals becomes a slug', () => {
  assert.equal(slugOf('etcdGRPCRequestsSlow'), 'etcd-grpc-requests-slow');
  assert.equal(slugOf('NodeRAIDDiskFailure'), 'node-raid-disk-failure');
});
