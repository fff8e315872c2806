// What a host's loop pays for one and the same item of the demo's triage in each mode. How it is counted stands in
// docs/evaluations.md. Tokens are o200k's.
import {readFileSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join} from 'node:path';

const {encode} = createRequire(new URL('../tests/clients/', import.meta.url))('gpt-tokenizer/encoding/o200k_base');
export const tokensOf = (value) => encode(typeof value === 'string' ? value : JSON.stringify(value)).length;

const CONTEXT = 10000;  // what the host sends anyway: its own instructions, tools, files
const CACHED = 0.1;     // of the price of an input token
const WRITTEN = 5;      // an output token, in input tokens
const EXECUTOR = 'claude-haiku-5-5';
const USD_PER_INPUT = 0.1e-6;  // claude-haiku-5-5

const read = (file) => JSON.parse(readFileSync(new URL(`../server/demo/${file}`, import.meta.url), 'utf8'));
const textOf = (result) => result.content.map((block) => block.text).join('\n');

// The requests of a loop: each sends all that came before, from the cache, and what is new since the last one.
export class Loop {
  constructor(task) {
    Object.assign(this, {sent: CONTEXT, fresh: tokensOf(task), requests: 0, cached: 0, input: 0, output: 0});
  }

  // The model writes a call (or its answer) and is answered.
  request(written, answered = '') {
    this.requests += 1;
    this.cached += this.sent;
    this.input += this.fresh;
    this.output += tokensOf(written);
    this.sent += this.fresh;
    this.fresh = tokensOf(written) + tokensOf(answered);
  }

  // In input tokens at the full price.
  get cost() {
    return this.cached * CACHED + this.input + this.output * WRITTEN;
  }
}

// One e-mail of the demo, and what a right executor hands in for it, step by step.
const mail = read('emails.json').first.find(({subject}) => subject === 'Charged twice');
const reply =
  'Hello Tom, The second line is an authorisation that your bank drops within five working days. If it is still there on ' +
  'the sixth day, write to us with its date and the last four digits of the card, and we look into it the same day. ' +
  'Please never send a whole card number by mail. Kind regards, your Inkwell team';
const steps = [
  {step: 'parse-intent', output: {intent: 'billing', angry: false, sensitive: false,
    evidence: 'Hello, my card was charged twice this month.'}},
  {step: 'check-knowledge-base', output: {intent: 'billing', checked_first: 'account', found: 'verified, plan Pro',
    article: 'KB-302', confidence: 1}},
  {step: 'draft-reply', output: {article: 'KB-302', news: 'none', reply}},
  {step: 'log-rationale', output: {action: 'reply', edge_cases: ['billing-question'],
    rationale: 'Intent billing, confidence 1: reply.'}},
];
const lookUp = ['{"name":"account_lookup","input":{"address":"tom@beckerbau.example"}}', 'verified, plan Pro'];
const needsLookUp = 'check-knowledge-base';
const note = ['{"name":"write_note","input":{"ticket":"4471","text":"parse-intent: billing"}}', 'written'];
const mailText = `From: ${mail.from}\nSubject: ${mail.subject}\nBody: ${mail.body}`;
const task = (how, input = mailText) => `${how}\n\n${input}`;
const DONE = 'Tom Becker was charged twice: the reply is drafted from KB-302.';

// The work itself, the same in every mode: the look-up that the design asks for, or one call of a host's tool a step.
function work(loop, {step}, busy) {
  if (step === needsLookUp) loop.request(...lookUp);
  else if (busy) loop.request(...note);
}

// One call of a tool and its answer; a text that is cut is read to its end, as it asks for.
async function called(server, loop, name, input, more) {
  const result = await server.must(name, input);
  loop.request(JSON.stringify({name, input}), textOf(result));
  const [, cursor] = textOf(result).match(/cursor "([^"]+)"/) ?? [];
  if (cursor) await called(server, loop, ...more(result, cursor), more);
  return result;
}

const restOf = (result, cursor) =>
  ['execution_step', {execution_id: result._meta['pianola/execution'].execution_id, cursor}];

// The playbook in one piece, as somebody would put it into a prompt.
async function wholePlaybook(server, name) {
  let text = '';
  for (let cursor; ;) {
    const {content} = await server.must('workflow_get', {name, ...(cursor ? {cursor} : {})});
    const page = content[0].text;
    cursor = page.match(/cursor "([^"]+)"/)?.[1];
    if (!cursor) return text + page;
    text += page.slice(0, page.lastIndexOf('\n'));
  }
}

// A host's loop without Pianola's tracking. The playbook stands in the prompt, or is fetched by one call, as a skill or
// a file would be.
async function untracked(server, name, {busy, fetched}) {
  const playbook = await wholePlaybook(server, name);
  const loop = new Loop(task('Follow this playbook, and answer with the output of each step.\n\n') +
    (fetched ? '' : playbook));
  if (fetched) loop.request(JSON.stringify({name: 'read_skill', input: {name}}), playbook);
  for (const each of steps) work(loop, each, busy);
  loop.request(JSON.stringify(steps));
  return loop;
}

async function guided(server, name, {busy}) {
  const loop = new Loop(task(`Execute the workflow ${name} with pianola.`));
  const begun = await called(server, loop, 'execution_start', {name, input: mail, executor: EXECUTOR}, restOf);
  const {execution_id} = begun._meta['pianola/execution'];
  for (const each of steps) {
    work(loop, each, busy);
    await called(server, loop, 'execution_step', {execution_id, ...each}, restOf);
  }
  loop.request(DONE);
  return loop;
}

async function whole(server, name, {busy}) {
  const loop = new Loop(task(`Execute the workflow ${name} with pianola, mode whole.`));
  const begun = await called(server, loop, 'execution_start', {name, input: mail, executor: EXECUTOR, mode: 'whole'}, restOf);
  const {execution_id} = begun._meta['pianola/execution'];
  for (const each of steps) work(loop, each, busy);
  await called(server, loop, 'execution_finish', {execution_id, outcome: 'succeeded', steps}, restOf);
  loop.request(DONE);
  return loop;
}

// The model's loop where the program that runs it calls execution_start, prompts with the answer, and stops once the
// execution has ended.
async function driven(server, name, {busy, mode}) {
  const begun = await server.must('execution_start', {name, input: mail, executor: EXECUTOR, mode});
  const {execution_id} = begun._meta['pianola/execution'];
  const loop = new Loop(mode === 'whole' ? `${textOf(begun)}\n\n${mailText}` : textOf(begun));
  let ended = begun;
  for (const each of steps) {
    work(loop, each, busy);
    if (mode === 'guided') ended = await called(server, loop, 'execution_step', {execution_id, ...each}, restOf);
  }
  if (mode === 'whole') {
    ended = await called(server, loop, 'execution_finish', {execution_id, outcome: 'succeeded', steps}, restOf);
  }
  const {state} = ended._meta['pianola/execution'];
  if (state !== 'succeeded') throw new Error(`${mode}, driven by a program: ${state}`);
  return loop;
}

// One batch of the same e-mail, item after item in one conversation; gives the loop and what each item added to it. The
// first item pays for the start; an input that the model wrote at the start is its own item's; the sentence to the user
// at the end is nobody's, and in the mean.
const BATCH = 10;
const BATCH_FILE = 'mails.jsonl';

async function batch(server, name, {busy, mode, inputs}) {
  const loop = new Loop(task(`Execute the workflow ${name} with pianola${mode === 'whole' ? ', mode whole' : ''}, on each of ` +
    `the ${BATCH} mails ${inputs ? 'below' : `in ${BATCH_FILE}`}.`, inputs ? Array(BATCH).fill(mailText).join('\n\n') : ''));
  const written = inputs ? tokensOf(JSON.stringify(mail)) * (WRITTEN + 1) : 0;
  const given = inputs ? {inputs: Array(BATCH).fill(mail)} : {input_files: {inputs: BATCH_FILE}};
  let answer = await called(server, loop, 'execution_start', {name, ...given, executor: EXECUTOR, mode}, restOf);
  const items = [];
  let before = written * BATCH;
  for (let item = 1; item <= BATCH; ++item) {
    const {execution_id} = answer._meta['pianola/execution'];
    for (const each of steps) {
      work(loop, each, busy);
      if (mode === 'guided') answer = await called(server, loop, 'execution_step', {execution_id, ...each}, restOf);
    }
    if (mode === 'whole') {
      answer = await called(server, loop, 'execution_finish', {execution_id, outcome: 'succeeded', steps}, restOf);
    }
    items.push(loop.cost - before + written);
    before = loop.cost;
  }
  loop.request(DONE);
  return {loop, items};
}

// The same without tracking: the playbook once, and one conversation over all mails, each read from its file.
async function untrackedBatch(server, name, {busy}) {
  const loop = new Loop(task(`Follow this playbook on each of the ${BATCH} mails below.\n\n${await wholePlaybook(server, name)}`));
  const items = [];
  let before = 0;
  for (let item = 1; item <= BATCH; ++item) {
    for (const each of steps) work(loop, each, busy);
    loop.request(JSON.stringify(steps), item < BATCH ? mailText : '');
    items.push(loop.cost - before);
    before = loop.cost;
  }
  return {loop, items};
}

// Each mode's loop, for work that takes the design's own look-up alone, or a call a step.
export async function measureTokens(server) {
  const {name} = read('triage.json');
  const saved = await server.must('workflow_save', {workflow: read('triage.json')});
  if (saved.structuredContent.status !== 'published') throw new Error('the triage is not published');
  const measured = [];
  for (const busy of [false, true]) {
    measured.push({busy, prompt: await untracked(server, name, {busy}),
      fetched: await untracked(server, name, {busy, fetched: true}), whole: await whole(server, name, {busy}),
      guided: await guided(server, name, {busy}), 'whole, driven by a program': await driven(server, name, {busy, mode: 'whole'}),
      'guided, driven by a program': await driven(server, name, {busy, mode: 'guided'})});
  }
  return measured;
}

// Ceilings of what is reached, as multiples of the playbook fetched with no tracking: more than this is a step back.
const MOST = {
  whole: 1.36, guided: 1.92, 'whole, driven by a program': 0.9, 'guided, driven by a program': 1.48,
  'whole, a call a step': 1.24, 'guided, a call a step': 1.57, 'whole, driven by a program, a call a step': 0.95,
  'guided, driven by a program, a call a step': 1.31,
};

// From this item on, an item of a batch in whole mode costs less than the playbook with no tracking, for one e-mail.
const CHEAPER_FROM = 3;

async function reportBatch({server, name, folder, print, fail, measured}) {
  writeFileSync(join(folder, BATCH_FILE), `${JSON.stringify(mail)}\n`.repeat(BATCH));
  print('### What an item of a batch costs\n');
  const shown = [1, 2, 3, 4, 6, 8, 10];
  print(`| work | batch | ${shown.map((item) => `item ${item}`).join(' | ')} | mean, with the end | from item 3 on, against the playbook in the prompt | against the playbook fetched |`);
  print(`|---|---|${shown.map(() => '---:').join('|')}|---:|---:|---:|`);
  for (const {busy, prompt, fetched} of measured) {
    const kinds = {
      'no tracking, all in one conversation': await untrackedBatch(server, name, {busy}),
      'whole, from a file': await batch(server, name, {busy, mode: 'whole'}),
      'whole, inputs in the call': await batch(server, name, {busy, mode: 'whole', inputs: true}),
      'guided, from a file': await batch(server, name, {busy, mode: 'guided'}),
    };
    for (const [kind, {loop, items}] of Object.entries(kinds)) {
      const later = items.slice(CHEAPER_FROM - 1);
      const against = ({cost}) => `${(Math.min(...later) / cost).toFixed(2)} to ${(Math.max(...later) / cost).toFixed(2)}`;
      print(`| ${busy ? 'a call a step' : 'the look-up alone'} | ${kind} | ${shown.map((item) => items[item - 1].toFixed(0)).join(' | ')} | ` +
        `${(loop.cost / BATCH).toFixed(0)} | ${against(prompt)} | ${against(fetched)} |`);
      if (!kind.startsWith('whole')) continue;
      const dear = later.findIndex((cost) => cost >= (busy ? fetched : prompt).cost);
      if (dear >= 0) fail(`item ${dear + CHEAPER_FROM} of a batch, ${kind}, costs as much as with no tracking`);
    }
  }
  print();
}

export async function reportTokens({server, folder, print, fail}) {
  const measured = await measureTokens(server);
  print('## What a loop costs\n');
  print('| work | mode | requests | read from the cache | input | output | cost in input tokens | USD of 1,000 items | against the playbook in the prompt | against the playbook fetched |');
  print('|---|---|---:|---:|---:|---:|---:|---:|---:|---:|');
  for (const {busy, ...loops} of measured) {
    for (const [mode, loop] of Object.entries(loops)) {
      const name = {prompt: 'no tracking, playbook in the prompt', fetched: 'no tracking, playbook fetched'}[mode] ?? mode;
      const ratio = loop.cost / loops.fetched.cost;
      const most = MOST[busy ? `${mode}, a call a step` : mode];
      if (most && ratio > most) fail(`${name} costs ${ratio.toFixed(2)} times the playbook fetched, at most ${most}`);
      print(`| ${busy ? 'a call a step' : 'the look-up alone'} | ${name} | ${loop.requests} | ${loop.cached} | ${loop.input} | ` +
        `${loop.output} | ${loop.cost.toFixed(0)} | ${(loop.cost * USD_PER_INPUT * 1000).toFixed(2)} | ` +
        `${(loop.cost / loops.prompt.cost).toFixed(2)} | ${ratio.toFixed(2)} |`);
    }
  }
  print();
  await reportBatch({server, folder, name: read('triage.json').name, print, fail, measured});
}
