// Alert runbooks as a library: each becomes a workflow that holds all of its text, and its section "Meaning" is to find
// it again; once as it is, and once in a library whose workflows do not say what is in "Meaning".
import {execFileSync} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {answer, leastFit} from './find.mjs';

const GOAL = 0.9;
const oneSpace = (text) => text.replace(/\s+/g, ' ').trim();

// "KubeAPIDown" is kube-api-down.
export const slugOf = (name) =>
  name.replace(/([a-z0-9])(?=[A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$1$2-').toLowerCase();

// A runbook's front matter, what stands before its first section, and its sections; headings in code are none.
export function readRunbook(file, text) {
  const front = text.match(/^---\n([\s\S]*?)\n---\n/);
  const sections = [];
  let current = {title: '', lines: []};
  let inCode = false;
  let heading = '';
  for (const line of text.slice(front ? front[0].length : 0).split('\n')) {
    if (/^\s*```/.test(line)) inCode = !inCode;
    const section = !inCode && line.match(/^## +(.+?)\s*$/);
    const first = !inCode && heading === '' && line.match(/^# +(.+?)\s*$/);
    if (section) {
      sections.push(current);
      current = {title: section[1], lines: []};
    } else if (first) {
      heading = first[1];
    } else {
      current.lines.push(line);
    }
  }
  sections.push(current);
  const bodies = sections.map(({title, lines}) => ({title, body: lines.join('\n').trim()}));
  return {name: file.replace(/\.md$/, ''), front: front ? front[1] : '', heading, sections: bodies};
}

// Bindings are written with double braces: what a runbook writes so is told apart from them by a space.
const plain = (text) => text.replace(/\{\{/g, '{ {').replace(/\}\}/g, '} }');

export function designOf({name, front, heading, sections}) {
  const title = front.match(/^title: (.+)$/m)?.[1] ?? heading;
  const named = (wanted) => sections.find((section) => section.title === wanted)?.body ?? '';
  const meaning = named('Meaning');
  const empty = sections.filter(({title: section, body}) => section !== '' && section !== 'Meaning' && body === '');
  const steps = sections.filter(({title: section, body}) => !['Meaning', 'Impact'].includes(section) && body !== '');
  return {
    name: slugOf(name),
    title,
    description: meaning || `The alert ${name}.`,
    when_to_use: [`The alert ${name} fires.`],
    context: plain([front, `# ${heading}`, named('Impact') && `## Impact\n\n${named('Impact')}`,
      ...empty.map(({title: section}) => `## ${section}`)].filter(Boolean).join('\n\n')),
    steps: (steps.length > 0 ? steps : [{title: 'Look up', body: 'Read the context.'}]).map(({title: section, body}, index) => ({
      id: `s${index + 1}`,
      title: section || 'Runbook',
      instruction: plain(body),
    })),
  };
}

const stringsOf = (value) =>
  typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsOf) : [String(value)];

// The lines of a runbook whose text a design does not hold; the heading "Meaning" becomes the description.
export function lostLines(text, design) {
  const held = oneSpace(stringsOf(design).join('\n'));
  return text.split('\n').filter((line) => {
    const bare = oneSpace(plain(line)).replace(/^#{1,2} /, '');
    return bare !== '' && bare !== '---' && bare !== 'Meaning' && !held.includes(bare);
  });
}

const withoutMeaning = (design) => ({...design, description: `The alert ${design.title}.`});

export async function reportRunbooks({server, program, store, scores, folder, foreign, scratch, print, fail}) {
  const run = (...args) => JSON.parse(execFileSync(program, ['--store', store, '--json', ...args], {encoding: 'utf8'}));
  const runbooks = readdirSync(folder).filter((file) => file.endsWith('.md')).sort().map((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const runbook = readRunbook(file, text);
    return {text, design: designOf(runbook), meaning: runbook.sections.find(({title}) => title === 'Meaning')?.body};
  });
  let published = 0;
  let lost = 0;
  for (const {text, design} of runbooks) {
    const saved = (await server.must('workflow_save', {workflow: design, publish: true})).structuredContent;
    if (saved.status === 'published') ++published;
    else fail(`${design.name}: ${JSON.stringify(saved.findings?.filter(({severity}) => severity === 'error'))}`);
    const kept = run('workflow', 'show', design.name).workflow;
    for (const line of lostLines(text, kept)) {
      ++lost;
      fail(`${design.name}: the text of this line is lost: ${line}`);
    }
  }
  const asked = runbooks.filter(({meaning}) => meaning);
  const firstSentence = (text) => oneSpace(text).split(/(?<=\.)\s/)[0];
  const library = runbooks.map(({design}) => design);
  const libraries = [['as imported', library], ['without its Meaning', library.map(withoutMeaning)]];
  const forms = [['the whole section', (text) => text], ['its first sentence', firstSentence]];
  print('## Alert runbooks as a library\n');
  print(`${runbooks.length} runbooks, ${published} published, ${lost} lines lost; ${asked.length} have a section Meaning.\n`);
  print('| library | asked with | tasks | top-1 | top-3 | false "no" |');
  print('|---|---|---:|---:|---:|---:|');
  for (const [label, designs] of libraries) {
    for (const [form, told] of forms) {
      const queries = asked.map(({design, meaning}) => ({task: told(meaning), wanted: design.name}));
      const answers = answer(scores, scratch(), [{library: designs, queries}]);
      const share = (holds) => answers.filter(holds).length / answers.length;
      const first = share(({found, wanted}) => found[0] === wanted);
      print(`| ${label} | ${form} | ${answers.length} | ${first.toFixed(3)} | ` +
          `${share(({found, wanted}) => found.includes(wanted)).toFixed(3)} | ` +
          `${share(({score}) => score < leastFit()).toFixed(3)} |`);
      if (label === 'as imported' && first < GOAL) fail(`runbooks: top-1 is ${first.toFixed(3)}, the goal ${GOAL}`);
    }
  }
  print('\n| library | asked with tasks of | tasks | right "no" |');
  print('|---|---|---:|---:|');
  for (const [label, tasks] of foreign) {
    const answers = answer(scores, scratch(), [{library, queries: tasks.map((task) => ({task}))}]);
    const right = answers.filter(({score}) => score < leastFit()).length / answers.length;
    print(`| the runbooks | ${label} | ${answers.length} | ${right.toFixed(3)} |`);
  }
  print();
}
