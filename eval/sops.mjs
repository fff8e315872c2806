// Standard operating procedures through the product's importer: each becomes a linted workflow whose steps are the
// SOP's, and every line's text is found again in the design.
import {execFileSync} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';

const oneSpace = (text) => text.replace(/\s+/g, ' ').trim();
const withoutNumber = (heading) => heading.replace(/^(\d+(\.\d+)*)[.):]?\s+/, '');

// A parameter's place in a text: `{name}` in an SOP, `{{input.name}}` in a design.
const withPlainBindings = (text) => text.replace(/\{\{\s*input\.([\w-]+)\s*\}\}/g, '{$1}');

// All that a design says: every string and every property's name and value.
function wordsOf(value) {
  if (Array.isArray(value)) return value.flatMap(wordsOf);
  if (value !== null && typeof value === 'object') {
    return Object.entries(value).flatMap(([key, member]) => [key, ...wordsOf(member)]);
  }
  return [String(value)];
}

// What of a line must be found again: its text without Markdown's marks at the front. A parameter's line becomes a
// property: its name, default and text are looked for apart, and whether it is required is asked of `required`.
// Headings that only name the sections become the design's fields.
export function textsOfLine(line) {
  const text = oneSpace(line);
  if (/^## (overview|parameters|steps)$/i.test(text)) return [];
  const parameter = text.match(/^- \*\*(\w+)\*\* \((required|optional)(?:, default: (.+?))?\)(?:: (.*))?$/);
  if (parameter) {
    const unquoted = parameter[3]?.replace(/^["'](.*)["']$/, '$1');
    return [parameter[1], unquoted, parameter[4]].filter(Boolean);
  }
  const bare = withoutNumber(text.replace(/^(#+|[-*+>])\s+/, ''));
  return bare === '' ? [] : [bare];
}

export function lostLines(markdown, design) {
  const words = oneSpace(withPlainBindings(wordsOf(design).join('\n')));
  const required = new Set(design.inputs?.required ?? []);
  const lines = markdown.split('\n');
  // A text that the SOP says in three lines must be there three times.
  const told = new Map();
  for (const text of lines.flatMap(textsOfLine)) told.set(text, (told.get(text) ?? 0) + 1);
  return lines.filter((line) => {
    const need = line.match(/^- \*\*(\w+)\*\* \((required|optional)/);
    if (need && design.inputs && required.has(need[1]) !== (need[2] === 'required')) return true;
    return textsOfLine(line).some((text) => words.split(text).length - 1 < told.get(text));
  });
}

// Titles of the SOP's steps; of a step with numbered parts, those of its parts.
export function stepTitles(markdown) {
  const titles = [];
  let inSteps = false;
  let inCode = false;
  for (const line of markdown.split('\n')) {
    if (/^\s*```/.test(line)) inCode = !inCode;
    if (inCode) continue;
    if (/^## /.test(line)) inSteps = /^## steps\s*$/i.test(line);
    const heading = inSteps && line.match(/^(####?) (\d+(?:\.\d+)*)[.):]? +(.+?)\s*$/);
    if (!heading) continue;
    const isPart = heading[1] === '####';
    const last = titles[titles.length - 1];
    if (isPart && last && !last.isPart) titles.pop();
    titles.push({title: heading[3], isPart});
  }
  return titles.map((step) => step.title);
}

function countByCode(findings) {
  const counts = new Map();
  for (const {code} of findings) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].map(([code, count]) => `${code} ${count}`).join(', ') || 'none';
}

function reportSop({run, file, folder, print, fail}) {
  const markdown = readFileSync(join(folder, file), 'utf8');
  const {name} = run('workflow', 'import', join(folder, file));
  const {version, status, workflow} = run('workflow', 'show', name);
  const {readiness, findings} = run('workflow', 'lint', name);
  const errors = findings.filter((finding) => finding.error);
  const lost = lostLines(markdown, workflow);
  const wanted = stepTitles(markdown);
  const titles = workflow.steps.map((step) => withoutNumber(step.title));
  const lines = markdown.split('\n').filter((line) => line.trim() !== '').length;
  print(`| ${file} | ${name} ${version} | ${workflow.steps.length} of ${wanted.length} | ` +
      `${Object.keys(workflow.inputs?.properties ?? {}).length} | ${status} | ${readiness} | ${errors.length} | ` +
      `${countByCode(findings.filter((finding) => !finding.error))} | ${lost.length} of ${lines} |`);
  for (const line of lost) fail(`${file}: the text of this line is lost: ${line}`);
  for (const error of errors) fail(`${file}: lint error at ${error.place}: ${error.message}`);
  if (titles.join('\n') !== wanted.join('\n')) fail(`${file}: its steps are ${titles.join('; ')}`);
}

export function reportSops({program, store, folder, print, fail}) {
  const run = (...args) => JSON.parse(execFileSync(program, ['--store', store, '--json', ...args], {encoding: 'utf8'}));
  print('## Standard operating procedures, imported\n');
  print('| file | workflow | steps | inputs | status | readiness | errors | warnings | lines lost |');
  print('|---|---|---:|---:|---|---:|---:|---|---:|');
  for (const file of readdirSync(folder).filter((each) => each.endsWith('.sop.md')).sort()) {
    reportSop({run, file, folder, print, fail});
  }
  print();
}
