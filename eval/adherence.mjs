// Adherence as the program tells it, against a search by brute force over all paths (eval/weak_oracle.mjs): random
// traces on random step graphs with branches and loops back, handed in as executions in whole mode.
import {pick, randomFrom} from './statistics.mjs';
import {cheapest, inOrder, nextOf, shortest} from './weak_oracle.mjs';

const SEED = 20261201;
const GRAPHS = 20;
const TRACES = 40;
const VALUES = ['x', 'y', 'z'];

// Two to six steps, each with up to two branches to anywhere, some of them an else.
export function randomDesign(random, name) {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'].slice(0, 2 + Math.floor(random() * 5));
  const steps = ids.map((id) => ({
    id, instruction: 'Do it.',
    output: {type: 'object', properties: {is: {enum: VALUES}}, required: ['is']},
    on_failure: {retries: 2, then: pick(['escalate', 'skip'], random)},
    branches: Array.from({length: Math.floor(random() * 3)}, () => ({
      when: random() < 0.25 ? {} : {'output.is': {const: pick(VALUES, random)}},
      goto: pick([...ids, ...ids, 'end', 'escalate'], random),
    })),
  }));
  return {name, description: `A random step graph: ${name}.`, steps};
}

const loopsBack = ({steps}) => steps.some(({branches}, at) =>
  branches.some(({goto}) => steps.findIndex(({id}) => id === goto) <= at && goto !== 'end' && goto !== 'escalate'));

// Elements as execution_finish takes them: half of them follow the graph, the others are any.
function randomSteps(design, random) {
  const steps = [];
  let at = design.steps[0].id;
  for (let left = 1 + Math.floor(random() * 8); left > 0; --left) {
    const follows = random() < 0.6 && at !== 'end' && at !== 'escalate';
    const id = follows ? at : random() < 0.1 ? 'unknown' : pick(design.steps, random).id;
    const skipped = id !== 'unknown' && random() < 0.12;
    const output = {is: pick(VALUES, random)};
    steps.push(skipped ? {step: id, skipped} : {step: id, output});
    if (id !== 'unknown') at = skipped ? inOrder(design, id) : nextOf(design, id, {[id]: output});
  }
  return steps;
}

const traceOf = (design, steps) => steps.map(({step: id, output, skipped}) => {
  const step = design.steps.find((each) => each.id === id);
  const designed = skipped && step.on_failure.then === 'skip';
  return {step: id, skipped, designed, next: skipped || !step ? '' : nextOf(design, id, {[id]: output})};
});

// What docs/execution.md says adherence is; null where nothing was done.
export function expectedAdherence(design, steps) {
  const done = steps.filter(({skipped}) => !skipped).length;
  if (done === 0) return null;
  return Math.max(0, 1 - cheapest(design, traceOf(design, steps)) / (done + shortest(design)));
}

// Random designs that can be published and have what is asked for, a loop back in most.
async function savedDesigns(server, random) {
  const designs = [];
  for (let number = 0; designs.length < GRAPHS; ++number) {
    const design = randomDesign(random, `random-${number}`);
    if (shortest(design) === null || (designs.length >= 5 && !loopsBack(design))) continue;
    const saved = await server.must('workflow_save', {workflow: design});
    if (saved.structuredContent.status === 'published') designs.push(design);
  }
  return designs;
}

export async function reportAdherence({server, print, fail}) {
  const random = randomFrom(SEED);
  const designs = await savedDesigns(server, random);
  const counts = {traces: 0, equal: 0, one: 0, none: 0};
  for (const design of designs) {
    for (let count = 0; count < TRACES; ++count) {
      const steps = randomSteps(design, random);
      const begun = await server.must('execution_start', {name: design.name, mode: 'whole'});
      const id = begun._meta['pianola/execution'].execution_id;
      const finished = await server.must('execution_finish', {execution_id: id, outcome: 'failed', steps});
      const {adherence} = finished.structuredContent.followed;
      const expected = expectedAdherence(design, steps);
      ++counts.traces;
      if (expected === 1) ++counts.one;
      if (expected === null) ++counts.none;
      if (adherence === expected || Math.abs(adherence - expected) < 1e-9) ++counts.equal;
      else fail(`adherence of ${JSON.stringify(steps)} on ${JSON.stringify(design.steps)}: ${adherence}, not ${expected}`);
    }
  }
  const branching = designs.filter(({steps}) => steps.some(({branches}) => branches.length > 0)).length;
  print('## Adherence against a search by brute force\n');
  print('Random traces, half of whose elements follow the graph, on random step graphs; each is an execution in whole mode');
  print('of the real program. The other side tries every path through the design (`eval/weak_oracle.mjs`).\n');
  print('| graphs | with branches | with loops back | traces | equal | adherence 1 | null |');
  print('|---:|---:|---:|---:|---:|---:|---:|');
  print(`| ${designs.length} | ${branching} | ${designs.filter(loopsBack).length} | ${counts.traces} | ${counts.equal} | ` +
    `${counts.one} | ${counts.none} |\n`);
}
