// Which tellings are taken for one situation: eval/tellings.json, written for this, played through the program's own
// comparison (eval/edge_case_scores.cc). Thresholds were chosen on three of the workflows; the others were looked at last.
import {execFileSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';

const TELLINGS = fileURLToPath(new URL('tellings.json', import.meta.url));
const CHOSEN_ON = new Set(['airline-cancel', 'invoice', 'node-alert']);
const PRECISION = 0.95;  // two situations that are merged are worse than one that is shown twice

// Sums of the counts of several workflows.
export function sumOf(rows, question) {
  const sum = {right: 0, wrong: 0, missed: 0, other: 0};
  for (const row of rows) for (const count of Object.keys(sum)) sum[count] += row[question][count];
  return sum;
}

// Of what was taken for the same, how much is; of what is the same, how much was taken for it.
export function ratesOf({right, wrong, missed}) {
  const share = (part, whole) => (whole === 0 ? 1 : part / whole);
  return {precision: share(right, right + wrong), recall: share(right, right + missed)};
}

export function reportEdgeCases({scores, print, fail}) {
  const rows = execFileSync(scores, [TELLINGS], {encoding: 'utf8'}).trim().split('\n').map((line) => JSON.parse(line));
  const count = (what, list) => list.reduce((sum, row) => sum + row[what], 0);
  print('## Edge cases told in different words\n');
  print(`${count('tellings', rows)} tellings of ${count('groups', rows)} situations in ${rows.length} workflows\n`);
  print('| | | precision | recall | right | wrong | missed |');
  print('|---|---|---|---|---|---|---|');
  const halves = [['chosen on', rows.filter((row) => CHOSEN_ON.has(row.workflow))],
    ['held out', rows.filter((row) => !CHOSEN_ON.has(row.workflow))]];
  const questions = [['close', 'nearly the same words'], ['pairs', 'all pairs'], ['arrivals', 'merged as they come'],
    ['designed', 'the designed case']];
  for (const [half, list] of halves) {
    for (const [question, name] of questions) {
      const sum = sumOf(list, question);
      const {precision, recall} = ratesOf(sum);
      print(`| ${half} | ${name} | ${precision.toFixed(3)} | ${recall.toFixed(3)} | ${sum.right} | ${sum.wrong} | ${sum.missed} |`);
      if (precision < PRECISION) fail(`edge cases, ${half}, ${name}: precision ${precision.toFixed(3)} is below ${PRECISION}`);
    }
  }
  print();
}
