// A simulated weak executor: it skips, stops early, invents values, reorders, repeats and hands in wrong steps, at set
// rates and from a seed, on ten workflows. What it really did is judged by eval/weak_oracle.mjs, from the design alone.
import {groupBy, pick, randomFrom} from './statistics.mjs';
import {inOrder, nextOf, passes, walkDone, waysOn} from './weak_oracle.mjs';
import {designOf, workflows} from './weak_workflows.mjs';

export {workflows};

export const SEED = 20261130;
const WEAK = 'claude-haiku-5-5';
const STRONG = 'claude-opus-5-5';
// How often a turn goes wrong.
export const profiles = [['never wrong', 0], ['careless', 0.1], ['weak', 0.3], ['hopeless', 0.6]];

const factsOf = (result) => result._meta?.['pianola/execution'];
const errorOf = (result) => (result.isError ? result.structuredContent.error : null);

// Ways to spoil an output: one that its step's schema and quotes do not let pass, or null where all do.
export function spoiled(step, output, input, random) {
  if (!step.output) return null;
  const names = Object.keys(step.output.properties);
  const ways = names.flatMap((name) => [
    {...output, [name]: 'invented'}, {...output, [name]: ''}, {...output, [name]: -999}, {...output, [name]: null},
    {...output, [name]: ['An invented sentence that nobody wrote.']},
    {...output, [name]: 'An invented sentence that nobody wrote.'},
    Object.fromEntries(Object.entries(output).filter(([key]) => key !== name)),
  ]);
  const wrong = [...ways, {}, {...output, remark: 'more than was asked'}].filter((each) => !passes(step, each, input));
  return wrong.length > 0 ? pick(wrong, random) : null;
}

// The workflow's own executor at a step: what it rightly hands in; null where the step does not apply.
function rightAnswer(workflow, id, input, done) {
  const at = workflow.steps.findIndex((step) => step.id === id);
  const ids = done.map((each) => each.step);
  const before = ids.filter((each) => each === id).length;
  return workflow.answers({step: id, at, input, before, done: ids});
}

const callOf = (id, answer) => (answer === null ? {step: id, outcome: 'skipped', note: 'does not apply'}
  : {step: id, output: answer});

// What a weak executor does instead of the next right call, in guided mode; each gives a call [tool, arguments].
const guidedFaults = {
  'hands in another step': ({workflow, at, input, done, random}) => {
    const other = pick(workflow.steps.filter((step) => step.id !== at), random);
    return ['execution_step', callOf(other.id, rightAnswer(workflow, other.id, input, done) ?? {})];
  },
  'hands in a step that there is not': ({at, answer}) => ['execution_step', {...callOf(at, answer), step: `${at}-2`}],
  'leaves the step\'s name out': ({answer}) => ['execution_step', {output: answer ?? {}}],
  'skips the step': ({at}) => ['execution_step', {step: at, outcome: 'skipped', note: 'It looked done.'}],
  'invents values': ({step, answer, input, random}) => {
    const output = spoiled(step, answer ?? {}, input, random);
    return output && ['execution_step', {step: step.id, output}];
  },
  'hands in nothing': ({step}) => step.output && ['execution_step', {step: step.id}],
  'repeats the last step': ({last}) => last && ['execution_step', last],
  'gives the step up': ({at}) => ['execution_step', {step: at, outcome: 'failed', note: 'I cannot.'}],
  'says that all is done': ({workflow, input}) =>
    ['execution_finish', {outcome: 'succeeded', ...(workflow.final ? {output: workflow.final({input})} : {})}],
  'hands in all at once': ({workflow, input, done}) => ['execution_finish', {
    outcome: 'succeeded', steps: workflow.steps.map(({id}) => callOf(id, rightAnswer(workflow, id, input, done))),
  }],
};

// One guided execution. What it gives: what was tried and how it was answered, and what was done, as the executor knows.
class GuidedRun {
  constructor(server, workflow, rate, seed, watch) {
    Object.assign(this, {server, workflow, rate, watch, design: designOf(workflow), random: randomFrom(seed)});
    this.input = workflow.draw(this.random);
    Object.assign(this, {done: [], tried: [], wrong: [], last: null, output: null});
  }

  async run() {
    const begun = await this.server.must('execution_start',
        {name: this.workflow.name, input: this.input, executor: WEAK});
    this.facts = factsOf(begun);
    this.id = this.facts.execution_id;
    const most = 8 * this.workflow.steps.length + 20;
    for (let turn = 0; turn < most && this.isOpen(); ++turn) {
      if (this.random() < this.rate / 20) break;  // walks away
      if (this.watch) await this.watch(this);
      if (this.facts.state === 'waiting') await this.handOff();
      else await this.turn();
    }
    return this.account();
  }

  isOpen() {
    return this.facts.state === 'running' || this.facts.state === 'waiting';
  }

  step(id) {
    return this.design.steps.find((step) => step.id === id);
  }

  async turn() {
    const at = this.facts.step;
    if (at === null) return this.finalOutput();
    const answer = rightAnswer(this.workflow, at, this.input, this.done);
    const known = {...this, at, step: this.step(at), answer};
    if (this.random() >= this.rate) return this.send('execution_step', callOf(at, answer));
    const kind = pick(Object.keys(guidedFaults), this.random);
    const call = guidedFaults[kind](known);
    return call ? this.send(...call, kind) : undefined;
  }

  async finalOutput() {
    const output = this.workflow.final({input: this.input});
    if (this.random() >= this.rate) return this.send('execution_finish', {outcome: 'succeeded', output});
    const wrong = pick([undefined, {}, {...output, score: 99}], this.random);
    return this.send('execution_finish', {outcome: 'succeeded', ...(wrong ? {output: wrong} : {})}, 'invents values');
  }

  // A hand-off is open: mostly a stronger model takes the step, else the weak one tries on, or ends it.
  async handOff() {
    const at = this.facts.step;
    const answer = rightAnswer(this.workflow, at, this.input, this.done) ?? {};
    const drawn = this.random();
    if (drawn < 0.6) return this.send('execution_step', {step: at, output: answer, executor: STRONG});
    if (drawn < 0.85) return this.send('execution_step', {step: at, output: answer}, 'does what was handed off');
    return this.send('execution_finish', {outcome: 'escalated'});
  }

  async send(tool, call, kind) {
    const due = this.facts.step;
    const result = await this.server.call(tool, {execution_id: this.id, ...call});
    const error = errorOf(result);
    this.facts = factsOf(result);
    if (kind) this.tried.push({kind, code: error?.code ?? this.facts.state, answer: error?.message ?? ''});
    if (tool === 'execution_step') this.take(due, call, error);
    else if (!error) this.output = call.output ?? null;
  }

  // The executor's own book: what was taken for the step that was due.
  take(due, call, error) {
    const moved = this.facts.step !== due || !this.isOpen();
    if (call.step !== due) {
      if (moved) this.wrong.push(`${call.step ?? 'no step'} moved it on from ${due}`);
      return;
    }
    if (error || this.facts.state === 'waiting' && !moved) return;
    const right = call.outcome === undefined && passes(this.step(due), call.output, this.input);
    if (!right && this.step(due).on_failure?.then === 'fail') return;  // it has failed
    if (!right && this.step(due).on_failure?.then === 'skip') this.done.push({step: due, skipped: true});
    else this.done.push({step: due, output: call.output ?? {}});
    this.last = call;
    this.compareWay();
  }

  compareWay() {
    const latest = {};
    for (const {step, output, skipped} of this.done) skipped ? delete latest[step] : (latest[step] = output);
    const {step, skipped} = this.done.at(-1);
    const due = skipped ? inOrder(this.design, step) : nextOf(this.design, step, latest);
    const shown = this.isOpen() ? this.facts.step ?? 'end' : this.facts.state === 'escalated' ? 'escalate' : 'end';
    if (shown !== due) this.wrong.push(`from ${step} it went to ${shown}, the design to ${due}`);
  }

  async account() {
    const here = factsOf(await this.server.must('execution_step', {execution_id: this.id}));
    const {state} = here;
    const walked = walkDone(this.design, this.input, this.done);
    const outputs = this.design.outputs;
    const finalDone = !outputs || (this.output !== null && passes({output: outputs}, this.output, {}));
    const complete = (walked.end === 'end' && finalDone) || walked.end === 'escalate';
    if (this.isOpen()) return {...this.summary(state), complete};
    const finished = await this.server.must('execution_finish', {execution_id: this.id, outcome: state});
    return {...this.summary(state), complete, known: finished.structuredContent.outcome_known_by, why: walked.why};
  }

  summary(state) {
    return {workflow: this.workflow.name, state, tried: this.tried, wrong: this.wrong, id: this.id};
  }
}

export async function runGuided(server, workflow, rate, seed, watch) {
  return new GuidedRun(server, workflow, rate, seed, watch).run();
}

// The right way through a workflow on an input: [{step, output} or {step, skipped}].
function rightWay(workflow, design, input) {
  const way = [];
  const latest = {};
  for (let at = design.steps[0].id; at !== 'end' && at !== 'escalate';) {
    const output = rightAnswer(workflow, at, input, way);
    way.push(output === null ? {step: at, skipped: true, note: 'does not apply'} : {step: at, output});
    if (output) latest[at] = output;
    at = output === null ? inOrder(design, at) : nextOf(design, at, latest);
  }
  return way;
}

const mayBeSkipped = (design, id) => design.steps.find((step) => step.id === id).on_failure?.then === 'skip';

// What a weak executor does to the list of steps that it hands in, in whole mode: each changes the list at a place, and
// gives the step that must be named, or null where the place does not allow it.
const wholeFaults = {
  'leaves a step out': ({list, at, design}) =>
    !mayBeSkipped(design, list[at].step) && list.splice(at, 1)[0].step,
  'skips a step, and says so': ({list, at, design}) => {
    if (mayBeSkipped(design, list[at].step)) return null;
    list[at] = {step: list[at].step, skipped: true, note: 'It looked done.'};
    return list[at].step;
  },
  'does a step that there is not': ({list, at}) => {
    list.splice(at, 0, {step: 'tell-a-joke', output: {joke: 'A horse walks into a bar.'}});
    return 'tell-a-joke';
  },
  'names a step wrongly': ({list, at}) => {
    list[at] = {...list[at], step: `${list[at].step}x`};
    return list[at].step;
  },
  'does two steps the other way round': ({list, at}) => {
    if (at + 1 >= list.length || list[at].step === list[at + 1].step) return null;
    [list[at], list[at + 1]] = [list[at + 1], list[at]];
    return list[at].step + ' ' + list[at + 1].step;
  },
  // In a loop this is the same trace as leaving out what is due between: either name is right.
  'does a step twice': ({list, at, design}) => {
    const {step, output, skipped} = list[at];
    list.splice(at, 0, {...list[at]});
    return skipped ? step : `${step} ${nextOf(design, step, {[step]: output})}`;
  },
  'invents values': ({list, at, design, input, random}) => {
    const step = design.steps.find(({id}) => id === list[at].step);
    const output = list[at].skipped ? null : spoiled(step, list[at].output, input, random);
    if (output === null) return null;
    list[at] = {step: step.id, output};
    return step.id;
  },
  'stops early': ({list, at}) => list.splice(at).map(({step}) => step).join(' '),
  'goes another way': ({list, at, design, workflow, input, random}) => {
    const here = list[at].step;
    const due = list[at + 1]?.step ?? 'end';
    const others = waysOn(design, here).filter((to) => to !== due && to !== 'end' && to !== 'escalate');
    if (list[at].skipped || others.length === 0 || list.slice(at + 1).some(({step}) => step === others[0])) return null;
    const other = pick(others, random);
    list.splice(at + 1, list[at + 1] ? 1 : 0, {step: other, output: rightAnswer(workflow, other, input, list)});
    return [here, due, other].join(' ');
  },
};

// What a refusal or a finish names: the steps, each with how.
function namedIn(result) {
  const error = errorOf(result);
  if (!error) {
    const {deviations = [], left_out: leftOut = []} = result.structuredContent?.followed ?? {};
    return [...deviations.map(({kind, step}) => ({how: kind, step})),
      ...leftOut.map(({step}) => ({how: 'refused, left out', step}))];
  }
  const refused = (error.refused_steps ?? []).map(({step}) => ({how: 'refused', step}));
  const open = (error.open_steps ?? []).map((step) => ({how: 'open', step}));
  const unknown = [...error.message.matchAll(/"([^"]+)" is no step of this workflow/g)]
    .map(([, step]) => ({how: 'inserted', step}));
  const leftOut = [...error.message.matchAll(/Step "([^"]+)" is left out/g)]
    .map(([, step]) => ({how: 'refused, left out', step}));
  return [...refused, ...open, ...unknown, ...leftOut];
}

// One execution in whole mode with at most one fault in three steps.
export async function runWhole(server, workflow, rate, seed) {
  const random = randomFrom(seed);
  const design = designOf(workflow);
  const input = workflow.draw(random);
  const begun = await server.must('execution_start', {name: workflow.name, input, mode: 'whole', executor: WEAK});
  const id = factsOf(begun).execution_id;
  const list = rightWay(workflow, design, input);
  const injected = [];
  for (let at = list.length - 1; at >= 0; at -= 1) {
    if (random() >= rate) continue;
    const kind = pick(Object.keys(wholeFaults), random);
    const steps = wholeFaults[kind]({list, at, design, workflow, input, random});
    if (!steps) continue;
    if (kind === 'stops early') injected.length = 0;  // what was wrong behind it is never handed in
    injected.push({kind, steps: steps.split(' ')});
    at -= 2;  // the next fault stands apart
  }
  const named = [];
  const final = workflow.final ? {output: workflow.final({input})} : {};
  let steps = list;
  for (let round = 0; round < 5; ++round) {
    const isLast = round === 4 || (round > 0 && random() < 0.2);
    const result = await server.call('execution_finish',
        {execution_id: id, outcome: isLast ? 'failed' : 'succeeded', steps, ...(isLast ? {} : final)});
    named.push(...namedIn(result));
    const state = factsOf(result)?.state;
    if (state !== 'running' && state !== 'waiting') break;
    steps = asked(result, workflow, input, list);
  }
  const {state} = factsOf(await server.must('execution_step', {execution_id: id}));
  return {workflow: workflow.name, id, state, injected, named};
}

// The steps that a refusal asks for, done right.
function asked(result, workflow, input, list) {
  const error = errorOf(result);
  const ids = [...new Set(namedIn(result).filter(({how}) => how === 'refused' || how === 'open').map(({step}) => step))];
  return error ? ids.map((id) => {
    const answer = rightAnswer(workflow, id, input, list);
    return answer === null ? {step: id, skipped: true} : {step: id, output: answer};
  }) : [];
}

// How what was done wrong stands by name in what the program said; nothing where it does not.
export const namesOf = ({steps}, named) =>
  [...new Set(named.filter(({how, step}) => how !== 'designed' && steps.includes(step)).map(({how}) => how))];

const count = (items, holds) => items.filter(holds).length;
async function runAll(run, times) {
  const runs = [];
  let seed = SEED;
  for (const [profile, rate] of profiles) {
    for (const workflow of workflows) {
      for (let time = 0; time < times; ++time) runs.push({profile, ...(await run(workflow, rate, ++seed))});
    }
  }
  return runs;
}

function checkGuided(runs, fail) {
  for (const run of runs) {
    const name = `guided ${run.workflow} ${run.id}`;
    for (const wrong of run.wrong) fail(`${name}: ${wrong}`);
    if (run.state === 'succeeded' && !run.complete) fail(`${name} succeeded, but ${run.why ?? 'its output is wrong'}`);
    if (run.known === 'checked' && !run.complete) fail(`${name} is checked, but ${run.why ?? 'its output is wrong'}`);
    if (run.profile === 'never wrong' && !run.complete) fail(`${name} was done right, and is ${run.state}`);
    for (const {kind, code, answer} of run.tried) {
      if (/[\n\r]/.test(answer)) fail(`${name}: the answer to "${kind}" (${code}) has more than one line: ${answer}`);
    }
  }
}

function printGuided(runs, print) {
  print('| executor | executions | faults tried | succeeded, checked | succeeded, self-reported | escalated or failed | left open | succeeded with a step not done |');
  print('|---|---:|---:|---:|---:|---:|---:|---:|');
  for (const [profile, own] of groupBy(runs, (run) => run.profile)) {
    const succeeded = own.filter(({state}) => state === 'succeeded');
    const cells = [own.length, own.flatMap(({tried}) => tried).length, count(succeeded, ({known}) => known === 'checked'),
      count(succeeded, ({known}) => known !== 'checked'), count(own, ({state}) => /escalated|failed/.test(state)),
      count(own, ({state}) => /running|waiting/.test(state)), count(succeeded, ({complete}) => !complete)];
    print(`| ${profile} | ${cells.join(' | ')} |`);
  }
  print('\n| what a guided executor did instead | times | answered with |');
  print('|---|---:|---|');
  for (const [kind, tried] of [...groupBy(runs.flatMap((run) => run.tried), (each) => each.kind)].sort()) {
    const codes = [...groupBy(tried, ({code}) => code)].sort((a, b) => b[1].length - a[1].length);
    print(`| ${kind} | ${tried.length} | ${codes.map(([code, all]) => `${code} ${all.length}`).join(', ')} |`);
  }
  print();
}

function printWhole(runs, print, fail) {
  const injected = runs.flatMap((run) => run.injected.map((each) => ({...each, how: namesOf(each, run.named), run})));
  print('| what an executor in whole mode did | times | named as | not named |');
  print('|---|---:|---|---:|');
  for (const [kind, all] of [...groupBy(injected, (each) => each.kind)].sort()) {
    const ways = [...groupBy(all.flatMap(({how}) => how), (how) => how)].sort((a, b) => b[1].length - a[1].length);
    const unnamed = all.filter(({how}) => how.length === 0);
    for (const {run, steps} of unnamed) fail(`whole ${run.workflow} ${run.id}: "${kind}" (${steps}) is not named`);
    print(`| ${kind} | ${all.length} | ${ways.map(([how, of]) => `${how} ${of.length}`).join(', ')} | ${unnamed.length} |`);
  }
  print();
}

function checkWhole(runs, fail) {
  for (const run of runs.filter(({injected}) => injected.length === 0)) {
    const undue = run.named.filter(({how}) => how !== 'designed');
    if (undue.length > 0) fail(`whole ${run.workflow} ${run.id} was done right, and told ${JSON.stringify(undue)}`);
    if (!/succeeded|escalated/.test(run.state)) fail(`whole ${run.workflow} ${run.id} was done right, and is ${run.state}`);
  }
}

export async function reportWeak({server, print, fail, times = 20}) {
  for (const workflow of workflows) {
    const {structuredContent} = await server.must('workflow_save', {workflow: designOf(workflow)});
    if (structuredContent.status !== 'published') fail(`${workflow.name} is not published`);
  }
  const guided = await runAll((workflow, rate, seed) => runGuided(server, workflow, rate, seed), times);
  checkGuided(guided, fail);
  const whole = await runAll((workflow, rate, seed) => runWhole(server, workflow, rate, seed), times);
  checkWhole(whole, fail);
  print('## A simulated weak executor\n');
  print(`Ten workflows, ${times} executions of each by each executor, guided and in whole mode; seed ${SEED}.\n`);
  printGuided(guided, print);
  printWhole(whole, print, fail);
}
