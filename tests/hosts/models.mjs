// The two models of a story, for the stand-in: the strong one tries and saves a workflow of two steps; the weak one
// finds and executes it, hands in a label that there is not, mends that, and reports an edge case. Each turn comes once
// the model is shown, whole, what it follows from: the step's instruction, the refusal's sentence.
import assert from 'node:assert/strict';

const text = { type: 'string', minLength: 1 };
const object = (properties) => ({ type: 'object', properties, required: Object.keys(properties) });

export const executorTools = [
  'execution_finish',
  'execution_start',
  'execution_step',
  'report_edge_case',
  'workflow_find',
  'workflow_get',
];
export const designerTools = ['cost_summary', 'edge_case_resolve', 'workflow_review', 'workflow_save'];

export const task = 'Label a text as urgent or normal, and answer it';
export const input = 'The lift is stuck';
const situation = 'The text names nobody to write to';

export const design = {
  name: 'triage',
  title: 'Triage a text',
  description: 'Labels a text as urgent or normal, and answers it.',
  inputs: object({ text }),
  steps: [
    {
      id: 'label',
      title: 'Label it',
      instruction: 'Choose the label of this text by what it asks for, never by its tone: {{input.text}}',
      output: object({ label: { enum: ['urgent', 'normal'] } }),
    },
    {
      id: 'answer',
      title: 'Answer it',
      instruction: 'Write one sentence that names the label {{steps.label.label}} and ends with "within one day."',
      output: object({ answer: { type: 'string', pattern: 'within one day\\.$' } }),
    },
  ],
};

// Pianola's tools as a host names them. `call` is how its model calls one, where that is not by this name alone;
// `first` the turns before them, as where tools have to be looked up; `lastly` how an executor ends.
export class Names {
  constructor(prefix, { call, first = {}, lastly } = {}) {
    this.prefix = prefix;
    this.call = call ?? ((name, input) => ({ call: { name: prefix + name, input } }));
    this.first = first;
    this.lastly = lastly ?? ((report) => ({ text: report }));
  }
}

// A turn: what the last result must show, or the whole request where there is none or `anywhere`; what the model does
// then. Where it `waits`, it ends its turn until that is shown: a host may let it know later what came of a call.
export const turn = (shown, does, anywhere = false, waits = false) => ({ shown, does, anywhere, waits });

export class Model {
  constructor(name, turns) {
    this.name = name;
    this.turns = turns;
    this.requests = [];
    this.lost = [];
  }
  answer(request) {
    this.requests.push(request);
    const place = request.results.length;
    const { shown, does, anywhere, waits } = this.turns[place] ?? this.turns.at(-1);
    const whole = place === 0 || anywhere ? request.shown : request.results.at(-1);
    const missing = shown.filter((sentence) => !unescaped(whole).includes(sentence));
    if (missing.length > 0 && waits) return { text: 'I wait.' };
    if (missing.length > 0)
      this.lost.push({ turn: place, missing, last: (request.results.at(-1) ?? request.asked).slice(-1000) });
    this.done = place === this.turns.length - 1;
    return missing.length > 0 ? { text: `I am lost: "${missing[0]}" is missing.` } : does(request);
  }
  assertDone() {
    assert.deepEqual(this.lost, []);
    assert.ok(this.done, `${this.name} did not come to its end: ${this.requests.length} requests`);
  }
}

// Texts inside of JSON inside of JSON, as hosts show them.
const unescaped = (shown) =>
  shown
    .replace(/\\+n/g, '\n')
    .replace(/\\+"/g, '"')
    .replace(/\\+u003c/g, '<')
    .replace(/\\+u003e/g, '>');

// Of Pianola's tools the executor has its six; of the host's `own` ones no others.
export function assertTools({ tools }, prefix, own) {
  assert.deepEqual(tools.toSorted(), [...executorTools.map((tool) => prefix + tool), ...own].toSorted());
}

export function designer(name, executor, names, shown) {
  const workflow = { ...design, designed_by: name, executor };
  const design_usage = { input_tokens: 20_000, output_tokens: 3_000 };
  return new Model(name, [
    ...(names.first.strong ?? []),
    turn(shown, () => names.call('workflow_save', { workflow, dry_run: true }), true),
    turn(['"dry_run":true', '"would_be":"published"', 'so it is hard to find and easy to misuse.'], () =>
      names.call('workflow_save', { workflow, design_usage }),
    ),
    turn(['"status":"published"', 'Design cost recorded: $'], () => ({ text: 'triage 1.0.0 is published.' })),
  ]);
}

export function executor(name, names, shown) {
  const id = ({ results }) => unescaped(results.join('\n')).match(/Execution ([0-9a-f-]{36}) \(triage/)[1];
  const handIn = (step, output) => (request) =>
    names.call('execution_step', { execution_id: id(request), step, output });
  const usage = { input_tokens: 4_000, output_tokens: 300 };
  return new Model(name, [
    ...(names.first.weak ?? []),
    turn(shown, () => names.call('workflow_find', { task }), true),
    turn(['"fits":true', '"name":"triage"', 'execution_start to carry it out'], () =>
      names.call('execution_start', { name: 'triage', input: { text: input }, executor: name }),
    ),
    turn(
      [
        `Choose the label of this text by what it asks for, never by its tone: <data name="input.text">${input}</data>`,
        '- `label`: one of "urgent", "normal"',
      ],
      handIn('label', { label: 'maybe' }),
    ),
    turn(
      [
        'The output of step "label" was refused: /label must be one of "urgent", "normal", but is "maybe". ' +
          '2 attempts left: correct it and hand it in again.',
      ],
      handIn('label', { label: 'urgent' }),
    ),
    turn(
      [
        'Write one sentence that names the label <data name="steps.label.label">urgent</data> and ends with ' +
          '"within one day."',
      ],
      (request) => names.call('report_edge_case', { execution_id: id(request), step: 'answer', situation }),
    ),
    turn(['Recorded'], handIn('answer', { answer: 'It is urgent: we will come within one day.' })),
    turn(['This execution has ended: succeeded.'], (request) =>
      names.call('execution_finish', { execution_id: id(request), outcome: 'succeeded', confidence: 0.9, usage }),
    ),
    turn(['"state":"succeeded"', '"adherence":1', 'an edge case was told 1 time'], (request) =>
      names.lastly(`Execution ${id(request)} succeeded: the label is urgent.`),
    ),
  ]);
}

// A model that only looks whether there is a workflow.
export const seeker = (name, names, shown) =>
  new Model(name, [
    ...(names.first.strong ?? []),
    turn(shown, () => names.call('workflow_find', { task }), true),
    turn(['"fits":false', 'No workflow fits: do the task without one.'], () => ({ text: 'There is none.' })),
  ]);

// The strong model that hands over: what it is asked, how it hands over, and the report that comes back.
export const delegator = (name, shown, ...does) =>
  new Model(name, [
    turn(shown, does[0]),
    ...does.slice(1).map((each) => turn([], each)),
    turn(['succeeded: the label is urgent.'], () => ({ text: 'The label is urgent.' }), true, true),
  ]);

// What the store knows afterwards: who designed, who executed, the refusal, the edge case, and what all of it cost.
export function assertRecorded(machine, { strong, weak, design_cost, execution_cost }) {
  assert.equal(machine.pianola('workflow', 'show', 'triage').workflow.designed_by, strong);
  const [{ execution_id }, ...others] = machine.pianola('execution', 'list').executions;
  assert.deepEqual(others, []);
  const { state, executor, adherence, hand_ins } = machine.pianola('execution', 'show', execution_id);
  assert.deepEqual({ state, executor, adherence }, { state: 'succeeded', executor: weak, adherence: 1 });
  assert.deepEqual(
    hand_ins.map(({ step, result }) => `${step} ${result}`),
    ['label refused', 'label accepted', 'answer accepted'],
  );
  const reports = machine.pianola('edge-case', 'list').edge_cases;
  assert.deepEqual(
    reports.map((report) => report.situation),
    [situation],
  );
  const accounts = machine.pianola('cost', 'triage');
  assert.equal(accounts.baseline_model, strong);
  assert.equal(accounts.design_cost, design_cost);
  assert.equal(accounts.execution_cost, execution_cost);
  assert.deepEqual(
    accounts.by_model.map(({ model, succeeded }) => ({ model, succeeded })),
    [{ model: weak, succeeded: 1 }],
  );
  assert.ok(accounts.execution_savings > 0, JSON.stringify(accounts));
}
