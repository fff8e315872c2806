// Plays both models of docs/examples for tests/hosts/model-stand-in.mjs: each turn follows from what the model is shown
// by then, so the examples come to their end only if all of what Pianola answers reaches it. The strong one tries
// and saves "mail-triage"; the weak one finds and executes it, hands in a queue that there is not, mends that with what
// the refusal says, and reports an edge case.
import assert from 'node:assert/strict';

const text = { type: 'string', minLength: 1 };
const object = (properties) => ({ type: 'object', properties, required: Object.keys(properties) });

const design = {
  name: 'mail-triage',
  title: 'Triage a mail',
  description: 'Sorts one customer mail into a queue and drafts a reply of one sentence.',
  inputs: object({ text }),
  steps: [
    {
      id: 'sort',
      title: 'Sort the mail',
      instruction: 'Choose the queue of this mail, and copy the words that decide it: {{input.text}}',
      output: object({ queue: { enum: ['billing', 'technical', 'other'] }, evidence: text }),
      quotes: ['/evidence'],
    },
    {
      id: 'reply',
      title: 'Draft the reply',
      instruction: 'Write one sentence that names the queue {{steps.sort.queue}} and ends with "within one day."',
      output: object({ reply: { type: 'string', pattern: 'within one day\\.$' } }),
    },
  ],
};

const queueOf = (mail) => (/charged|invoice/.test(mail) ? 'billing' : /app/.test(mail) ? 'technical' : 'other');

// What a strong model does.
function designed({ asked, results }) {
  const last = results.length === 0 ? {} : JSON.parse(results.at(-1));
  if (last.version && !last.dry_run) return { text: `${last.name} ${last.version} is ${last.status}.` };
  const [, designed_by, executor] = asked.match(/designed_by is "(.+?)", its executor "(.+?)"/);
  const input = { workflow: { ...design, designed_by, executor } };
  if (!last.dry_run) return { call: { name: 'workflow_save', input: { ...input, dry_run: true } } };
  assert.ok(last.findings.every(({ severity }) => severity !== 'error'), results.at(-1));
  return { call: { name: 'workflow_save', input } };
}

// What a weak model does: the first of these turns whose words stand in the last result.
const turns = [
  {
    shown: /^$/,
    call: () => ['workflow_find', { task: 'sort a customer mail into a queue and draft a reply' }],
  },
  {
    shown: /"fits":true,"candidates":\[\{"name":"(mail-triage)"/,
    call: ({ asked, words: [, name] }) => {
      const [, executor, mail] = asked.match(/executor "(.+?)".* The mail: (.+)$/);
      return ['execution_start', { name, input: { text: mail }, executor }];
    },
  },
  {
    shown: /Choose the queue of this mail, and copy the words that decide it:/,
    call: ({ handIn, mail }) => handIn('sort', { queue: 'complaints', evidence: mail }),
  },
  {
    shown: /"code":"output_refused".*\/queue must be one of (.+?), but is .*2 attempts left: correct it/,
    call: ({ handIn, mail, words: [, queues] }) => {
      const queue = queues.match(/\w+/g).find((each) => each === queueOf(mail));
      return handIn('sort', { queue, evidence: mail });
    },
  },
  {
    shown: /Accepted: step "sort"/,
    call: ({ execution_id }) => {
      const situation = 'The mail opens with a greeting';
      return ['report_edge_case', { execution_id, step: 'reply', situation }];
    },
  },
  {
    shown: /"next":"Recorded/,
    call: ({ handIn, results }) => {
      const [, queue, end] = results.at(-2).match(/the queue <data[^>]*>(.+?)<\/data> and ends with "(.+?)"/);
      return handIn('reply', { reply: `Our ${queue} team will write ${end}` });
    },
  },
  {
    shown: /This execution has ended: succeeded\..*outcome "succeeded"/,
    call: ({ execution_id }) => ['execution_finish', { execution_id, outcome: 'succeeded', confidence: 0.9 }],
  },
];

function executed({ asked, results }) {
  const last = results.at(-1) ?? '';
  const turn = turns.find(({ shown }) => shown.test(last));
  if (!turn) {
    assert.match(last, /"followed":\{"adherence":1\.0,/);
    return { text: 'Done.' };
  }
  const all = results.join('\n');
  const execution_id = all.match(/Execution ([0-9a-f-]{36}) \(mail-triage/)?.[1];
  const mail = all.match(/decide it: <data[^>]*>(.+?)<\/data>/)?.[1];
  const handIn = (step, output) => ['execution_step', { execution_id, step, output }];
  const [name, input] = turn.call({ asked, results, execution_id, mail, handIn, words: last.match(turn.shown) });
  return { call: { name, input } };
}

export function answerMail(request) {
  try {
    return request.tools.includes('workflow_save') ? designed(request) : executed(request);
  } catch (error) {
    return { text: `I am lost (${error.message}) at: ${request.results.at(-1)}` };
  }
}
