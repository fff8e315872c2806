// Ten workflows of different shapes, and for each an executor that does them right: `inputs` draws an input, `answers`
// gives the right output of a step from the input, the latest outputs and how often the step was done before.
const text = (minLength = 3) => ({type: 'string', minLength});
const choice = (...values) => ({enum: values});
const object = (properties) => ({
  type: 'object', properties, required: Object.keys(properties), additionalProperties: false,
});
const step = (id, instruction, output, more = {}) =>
  ({id, title: `Step ${id}`, instruction, ...(output ? {output: object(output)} : {}), ...more});
const strings = (...names) => object(Object.fromEntries(names.map((name) => [name, {type: 'string'}])));
const is = (value) => ({'output.is': {const: value}});

const linear = {
  name: 'linear-five',
  steps: ['collect', 'sort', 'count', 'sum-up', 'send'].map((id, at) =>
    step(id, at === 0 ? 'Collect what {{input.topic}} needs.' : `Go on with {{steps.${['collect', 'sort', 'count',
      'sum-up'][at - 1]}.result}}.`, {result: text(), total: {type: 'integer', minimum: at, maximum: 99}})),
  inputs: strings('topic'),
  draw: (random) => ({topic: `topic ${Math.floor(random() * 1000)}`}),
  answers: ({step: id, at}) => ({result: `${id} is done`, total: at + 1}),
};

const branches = {
  name: 'two-branches',
  inputs: strings('mail'),
  steps: [
    step('sort', 'Sort the mail {{input.mail}}.', {is: choice('billing', 'technical', 'other')}, {
      branches: [{when: is('billing'), goto: 'refund'}, {when: is('technical'), goto: 'repair'},
        {when: {}, goto: 'forward'}],
    }),
    step('refund', 'Work out the refund.', {amount: {type: 'number', minimum: 0}},
      {branches: [{when: {}, goto: 'reply'}]}),
    step('repair', 'Find the fault.', {fault: text(5)}, {branches: [{when: {}, goto: 'reply'}]}),
    step('forward', 'Choose who gets it.', {to: {type: 'string', pattern: '@'}}),
    step('reply', 'Write the reply.', {reply: text(10)}),
  ],
  draw: (random) => ({mail: ['billing', 'technical', 'other'][Math.floor(random() * 3)]}),
  answers: ({step: id, input}) => ({
    sort: {is: input.mail},
    refund: {amount: 12.5},
    repair: {fault: 'the plug is out'},
    forward: {to: 'desk@example.com'},
    reply: {reply: 'We have taken care of it.'},
  })[id],
};

const loop = {
  name: 'loop-until-good',
  inputs: strings('rounds'),
  steps: [
    step('draft', 'Write a draft.', {draft: text(8)}),
    step('review', 'Is {{steps.draft.draft}} good?', {is: choice('good', 'bad'), why: text()}, {
      branches: [{when: is('bad'), goto: 'draft'}],
    }),
    step('publish', 'Publish it.', {url: {type: 'string', pattern: '^https://'}}),
  ],
  draw: (random) => ({rounds: String(1 + Math.floor(random() * 3))}),
  answers: ({step: id, input, before}) => ({
    draft: {draft: `draft number ${before + 1}`},
    review: before + 1 < Number(input.rounds) ? {is: 'bad', why: 'too short'} : {is: 'good', why: 'it is fine'},
    publish: {url: 'https://example.com/it'},
  })[id],
};

const escalation = {
  name: 'may-escalate',
  inputs: strings('claim'),
  steps: [
    step('read', 'Read the claim {{input.claim}}.', {amount: {type: 'integer', minimum: 1}}),
    step('check', 'Is it honest?', {is: choice('honest', 'fraud', 'unclear')}, {
      branches: [{when: is('fraud'), goto: 'escalate'}],
    }),
    step('pay', 'Pay {{steps.read.amount}}.', {receipt: {type: 'string', pattern: '^R-[0-9]+$'}}),
  ],
  escalation: {when: ['It is fraud.'], to: 'human', message: 'Look at this claim.'},
  draw: (random) => ({claim: random() < 0.3 ? 'a fraud' : 'honest'}),
  answers: ({step: id, input}) => ({
    read: {amount: 40},
    check: {is: input.claim === 'honest' ? 'honest' : 'fraud'},
    pay: {receipt: 'R-77'},
  })[id],
};

const quotes = {
  name: 'with-quotes',
  inputs: strings('letter'),
  steps: [
    step('find', 'Copy the sentences of {{input.letter}} that ask for something.',
      {asked: {type: 'array', items: {type: 'string', minLength: 5}, minItems: 1}}, {quotes: ['/asked/*']}),
    step('name', 'Copy who wrote it.', {writer: text()}, {quotes: ['/writer']}),
    step('answer', 'Answer {{steps.name.writer}}.', {answer: text(10), evidence: text(5)}, {quotes: ['/evidence']}),
  ],
  draw: (random) => ({letter: `Please send me ${1 + Math.floor(random() * 9)} shoes. I like them red. Yours, Ada Byron`}),
  answers: ({step: id, input}) => ({
    find: {asked: [input.letter.slice(0, input.letter.indexOf('.') + 1)]},
    name: {writer: 'Ada Byron'},
    answer: {answer: 'They are on their way.', evidence: 'I like them red.'},
  })[id],
};

const optional = {
  name: 'optional-steps',
  inputs: strings('order'),
  steps: [
    step('open', 'Open the order {{input.order}}.', {number: {type: 'integer', minimum: 1}}),
    step('gift', 'Write the gift card, if there is one.', {card: text(4)}, {on_failure: {retries: 1, then: 'skip'}}),
    step('pack', 'Pack it.', {weight: {type: 'number', minimum: 0.1, maximum: 40}}),
    step('note', 'Write a note, if you can.', {note: text(4)}, {on_failure: {retries: 0, then: 'skip'}}),
    step('ship', 'Ship it.', {tracking: {type: 'string', pattern: '^T[0-9]{4}$'}}),
  ],
  draw: (random) => ({order: random() < 0.5 ? 'gift' : 'plain'}),
  answers: ({step: id, input}) => ({
    open: {number: 5},
    gift: input.order === 'gift' ? {card: 'Many happy returns'} : null,
    pack: {weight: 2.5},
    note: {note: 'packed by hand'},
    ship: {tracking: 'T1234'},
  })[id],
};

const finalOutput = {
  name: 'final-output',
  inputs: strings('data'),
  outputs: object({verdict: choice('accept', 'reject'), score: {type: 'integer', minimum: 0, maximum: 10}}),
  steps: [
    step('measure', 'Measure {{input.data}}.', {size: {type: 'integer', minimum: 1}}),
    step('compare', 'Compare with the norm.', {is: choice('above', 'below')}),
    step('judge', 'Judge it.', {why: text(5)}),
  ],
  draw: () => ({data: 'ten rows'}),
  answers: ({step: id}) => ({measure: {size: 10}, compare: {is: 'above'}, judge: {why: 'it is above the norm'}})[id],
  final: () => ({verdict: 'accept', score: 8}),
};

const long = {
  name: 'twenty-steps',
  title: 'Close the month of a shop, account by account, and hand the books over to the adviser',
  inputs: strings('month'),
  steps: Array.from({length: 20}, (_, at) =>
    step(`account-${at + 1}`, `Close account ${at + 1} of {{input.month}}: add it up, compare it with the bank.`,
      {sum: {type: 'integer', minimum: at}, agrees: {type: 'boolean'}})),
  draw: () => ({month: 'May'}),
  answers: ({at}) => ({sum: at + 100, agrees: true}),
};

const prose = {
  name: 'prose-among',
  inputs: strings('room'),
  steps: [
    step('look', 'Look at the room {{input.room}}.', {seen: text()}),
    step('tidy', 'Tidy it up.', null),
    step('report', 'Say what was done.', {report: text(8)}),
  ],
  draw: () => ({room: 'kitchen'}),
  answers: ({step: id}) => ({look: {seen: 'many cups'}, tidy: {}, report: {report: 'all cups are washed'}})[id],
};

const nested = {
  name: 'nested-loops',
  inputs: strings('batches'),
  steps: [
    step('next', 'Take the next batch.', {is: choice('batch', 'none'), number: {type: 'integer', minimum: 1}}, {
      branches: [{when: is('none'), goto: 'sum'}],
    }),
    step('test', 'Test it.', {is: choice('pass', 'fail', 'broken')}, {
      branches: [{when: is('fail'), goto: 'mend'}, {when: is('broken'), goto: 'escalate'}, {when: {}, goto: 'next'}],
      on_failure: {retries: 1, then: 'fail'},
    }),
    step('mend', 'Mend it.', {how: text(4)}, {branches: [{when: {}, goto: 'test'}]}),
    step('sum', 'Sum up.', {batches: {type: 'integer', minimum: 0}}),
  ],
  draw: (random) => ({batches: String(1 + Math.floor(random() * 2))}),
  answers: ({step: id, input, before, done}) => ({
    next: {is: before < Number(input.batches) ? 'batch' : 'none', number: before + 1},
    test: {is: done.at(-1) === 'mend' ? 'pass' : 'fail'},
    mend: {how: 'a new screw'},
    sum: {batches: Number(input.batches)},
  })[id],
};

export const workflows = [linear, branches, loop, escalation, quotes, optional, finalOutput, long, prose, nested];

// What workflow_save takes.
export function designOf({name, title, inputs, outputs, steps, escalation}) {
  return {
    name, title: title ?? `The workflow ${name}`, description: `A shape to try executors on: ${name}.`, inputs,
    ...(outputs ? {outputs} : {}), steps, ...(escalation ? {escalation} : {}),
  };
}
