// Retrieval, the hard way: of groups of requests that ask for the same thing, one request describes a workflow, the
// others are to find it; a fifth of the groups is left out of the library, and their requests are to find nothing.
import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';

import {randomFrom} from './statistics.mjs';

const SEEDS = 10;
const GOALS = {first: 0.95, three: 0.985, rightNo: 0.8, falseNo: 0.1};

export function shuffled(items, random) {
  const mixed = [...items];
  for (let last = mixed.length - 1; last > 0; --last) {
    const other = Math.floor(random() * (last + 1));
    [mixed[last], mixed[other]] = [mixed[other], mixed[last]];
  }
  return mixed;
}

// The half of the groups on which rules and numbers were chosen; the other half was looked at afterwards.
export const isDeveloped = (group) => createHash('sha256').update(String(group)).digest()[0] % 2 === 0;

// All that a library of this size would know of the task is one telling of it.
export const designOf = (group, intent) => ({
  name: `task-${group}`,
  title: intent.slice(0, 100),
  description: intent,
  steps: [{id: 'only', instruction: 'Do it.'}],
});

// Groups as [key, requests]: one library, and what is asked of it. `known` is whether its workflow is there.
export function draw(groups, seed) {
  const random = randomFrom(seed);
  const leftOut = new Set(shuffled(groups.map(([key]) => key), random).slice(0, Math.round(groups.length / 5)));
  const library = [];
  const queries = [];
  for (const [key, requests] of groups) {
    const described = Math.floor(random() * requests.length);
    if (!leftOut.has(key)) library.push(designOf(key, requests[described]));
    requests.forEach((task, index) => {
      if (index !== described) queries.push({task, wanted: `task-${key}`, known: !leftOut.has(key)});
    });
  }
  return {library, queries};
}

// Answers every query of every draw by the program that shows scores.
export function answer(program, scratch, draws) {
  const lines = draws.flatMap(({library, queries}) =>
    [{library}, ...queries.map(({task, keywords}) => ({task, keywords: keywords ?? []}))].map(JSON.stringify));
  const run = spawnSync(program, [scratch], {input: lines.join('\n') + '\n', encoding: 'utf8', maxBuffer: 1 << 28});
  if (run.status !== 0) throw new Error(`find_scores ended with ${run.status}: ${run.stderr}`);
  const answers = run.stdout.trim().split('\n').map((line) => JSON.parse(line));
  return draws.flatMap(({queries}) => queries).map((query, index) => ({...query, ...answers[index]}));
}

const share = (items, holds) => items.filter(holds).length / items.length;

// What a threshold does to the answers.
export function atThreshold(answers, least) {
  return {
    falseNo: share(answers.filter((each) => each.known), ({score}) => score < least),
    rightNo: share(answers.filter((each) => !each.known), ({score}) => score < least),
  };
}

// The highest threshold that says no to at most `most` of the tasks whose workflow is there.
export function thresholdFor(answers, most) {
  const scores = answers.filter((each) => each.known).map(({score}) => score).sort((a, b) => a - b);
  return scores[Math.floor(most * scores.length)];
}

export function ranks(answers) {
  const known = answers.filter((each) => each.known);
  return {
    known: known.length,
    foreign: answers.length - known.length,
    first: share(known, ({found, wanted}) => found[0] === wanted),
    three: share(known, ({found, wanted}) => found.includes(wanted)),
  };
}

export function leastFit() {
  const header = readFileSync(new URL('../workflow/task_fit.h', import.meta.url), 'utf8');
  return Number(header.match(/kLeastFit = ([\d.]+);/)[1]);
}

const three = (value) => value.toFixed(3);

function readGroups(file) {
  const groups = new Map();
  for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
    const {template_id: key, intent} = JSON.parse(line);
    groups.set(key, [...(groups.get(key) ?? []), intent]);
  }
  return [...groups];
}

function printCurve(answers, print) {
  print('| at most so many false "no" | least fit | right "no" |');
  print('|---:|---:|---:|');
  for (const most of [0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.12, 0.15, 0.2, 0.3]) {
    const least = thresholdFor(answers, most);
    print(`| ${most.toFixed(2)} | ${three(least)} | ${three(atThreshold(answers, least).rightNo)} |`);
  }
  print();
}

// A task of which words in its middle were said otherwise, by words that no workflow says; what they stood for is
// among the keywords, with as many words of other tasks.
export function reworded(query, random, otherWords) {
  const kept = [];
  const gone = [];
  for (const word of query.task.split(/\s+/)) (random() < 0.3 ? gone : kept).push(word);
  const invented = gone.map((word) => `zq${word.toLowerCase().replace(/[^a-z]/g, '')}zq`);
  const noise = gone.map(() => otherWords[Math.floor(random() * otherWords.length)]);
  return {...query, task: [...kept, ...invented].join(' '), keywords: shuffled([...gone, ...noise], random)};
}

export function reportFind({scores, file, scratch, print, fail}) {
  const groups = readGroups(file);
  const least = leastFit();
  const halves = [
    ['developed on', groups.filter(([key]) => isDeveloped(key))],
    ['the other half', groups.filter(([key]) => !isDeveloped(key))],
    ['all', groups],
  ];
  const drawn = ([, some]) => Array.from({length: SEEDS}, (_, seed) => draw(some, seed + 1));
  print('## Which workflow fits, or that none does\n');
  print(`| groups | tasks, their workflow in the library | not in it | top-1 | top-3 | false "no" at ${least} | right "no" |`);
  print('|---|---:|---:|---:|---:|---:|---:|');
  const row = (label, answers) => {
    const {known, foreign, first, three: among} = ranks(answers);
    const {falseNo, rightNo} = atThreshold(answers, least);
    print(`| ${label} | ${known} | ${foreign} | ${three(first)} | ${three(among)} | ${three(falseNo)} | ${three(rightNo)} |`);
    return {first, three: among, falseNo, rightNo};
  };
  let all;
  for (const half of halves) {
    const answers = answer(scores, scratch(), drawn(half));
    const measured = row(`${half[0]} (${half[1].length})`, answers);
    if (half[0] === 'all') all = {answers, measured};
  }
  const words = groups.flatMap(([, requests]) => requests[0].split(/\s+/));
  const changed = drawn(halves[2]).map(({library, queries}, seed) => {
    const random = randomFrom(seed + 101);
    return {library, queries: queries.map((query) => reworded(query, random, words))};
  });
  row('all, 30 % of the words said otherwise, these among the keywords', answer(scores, scratch(), changed));
  const without = changed.map(({library, queries}) =>
    ({library, queries: queries.map((query) => ({...query, keywords: []}))}));
  row('the same without keywords', answer(scores, scratch(), without));
  print();
  printCurve(all.answers, print);
  for (const [name, goal] of Object.entries(GOALS)) {
    const met = name === 'falseNo' ? all.measured[name] <= goal : all.measured[name] >= goal;
    if (!met) fail(`retrieval: ${name} is ${three(all.measured[name])}, the goal ${goal}`);
  }
}
