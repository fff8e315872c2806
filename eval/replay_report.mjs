// The table of adherence and deviations of replayed runs, for those that succeeded and those that failed.
import {readFileSync} from 'node:fs';
import {longestCommon, replayRuns} from './replay.mjs';
import {auc, bootstrapByGroup, delong, mean, quantile} from './statistics.mjs';

const kSeed = 20261124;
const kKinds = ['skipped', 'inserted', 'reordered', 'repeated', 'wrong_branch'];

const fixed = (value) => value.toFixed(3);
const interval = ([low, high]) => `${fixed(low)} to ${fixed(high)}`;
const known = (runs) => runs.filter((run) => run.adherence !== null);
const scores = (runs) => known(runs).map((run) => run.adherence);

function row(label, runs) {
  const values = scores(runs);
  const counts = kKinds.map((kind) =>
    mean(known(runs).map((run) => run.deviations.filter((each) => each.kind === kind).length)).toFixed(2));
  return `| ${label} | ${runs.length} | ${runs.length - values.length} | ${fixed(mean(values))} | ` +
      `${fixed(quantile(values, 0.5))} | ${fixed(quantile(values, 0.25))} to ${fixed(quantile(values, 0.75))} | ` +
      `${counts.join(' | ')} |`;
}

function reportTable(title, runs, print) {
  const good = runs.filter((run) => run.succeeded);
  const bad = runs.filter((run) => !run.succeeded);
  print(`### ${title}\n`);
  print('Deviations are those of one run on average, over runs whose adherence is known.\n');
  print(`| runs that | runs | adherence null | mean adherence | median | quartiles | ${kKinds.join(' | ').replace('_', ' ')} |`);
  print('|---|---:|---:|---:|---:|---|' + '---:|'.repeat(kKinds.length));
  print(row('succeeded', good));
  print(row('failed', bad) + '\n');
  reportAuc('runs with a known adherence', known(runs), print);
  reportAuc('a null taken as 0', runs.map((run) => ({...run, adherence: run.adherence ?? 0})), print);
  print();
}

function reportAuc(label, runs, print) {
  const good = scores(runs.filter((run) => run.succeeded));
  const bad = scores(runs.filter((run) => !run.succeeded));
  const grouped = runs.map((run) => ({group: run.task_id, score: run.adherence, positive: run.succeeded}));
  print(`- AUC, ${label} (${good.length} succeeded, ${bad.length} failed): **${fixed(auc(good, bad))}**, 95 % interval ` +
      `${interval(delong(good, bad))} (DeLong), ${interval(bootstrapByGroup(grouped, kSeed))} ` +
      `(bootstrap of whole tasks, 10,000 draws, seed ${kSeed})`);
}

// Runs with no expected action have no step to follow, so no workflow: what they did is told apart.
function reportApart(runs, print) {
  print('### Runs with no expected action\n');
  print('| runs that | runs | calls, mean | with a call that changes a booking |');
  print('|---|---:|---:|---:|');
  const changes = /^(book|update|cancel|send)_/;
  for (const succeeded of [true, false]) {
    const some = runs.filter((run) => run.succeeded === succeeded);
    const changing = some.filter((run) => run.calls.some((call) => changes.test(call.name))).length;
    print(`| ${succeeded ? 'succeeded' : 'failed'} | ${some.length} | ` +
        `${mean(some.map((run) => run.calls.length)).toFixed(1)} | ${changing} |`);
  }
  print();
}

// Each run ended as it did, and its adherence agrees with what it is on a path without branches: with n calls, m steps
// and a longest common subsequence of c, the cost is n + m - 2c. So it does not depend on the outcome that was told.
function check(replayed, fail) {
  for (const run of replayed) {
    const label = `run ${run.task_id}/${run.trial}`;
    if (run.state !== (run.succeeded ? 'succeeded' : 'failed')) fail(`${label} ended as ${run.state}`);
    const common = longestCommon(run.path, run.trace);
    const wanted = run.trace.length === 0 ? null : (2 * common) / (run.trace.length + run.path.length);
    if (run.adherence !== wanted && Math.abs(run.adherence - wanted) > 1e-9) {
      fail(`${label} has adherence ${run.adherence}, not ${wanted}`);
    }
  }
}

export async function reportReplay({server, file, print, fail}) {
  const runs = readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
  const expecting = runs.filter((run) => run.expected_actions.length > 0);
  print('## Real runs replayed as executions in `whole` mode\n');
  print(`${runs.length} runs of one agent, ${new Set(runs.map((run) => run.task_id)).size} tasks; ` +
      `${expecting.length} with expected actions, ${runs.length - expecting.length} without.\n`);
  const replayed = await replayRuns(server, expecting.map((run) => ({...run, label: 'task'})));
  reportTable('All calls', replayed, print);
  // A task's expected actions leave out most look-ups, so that every look-up counts as inserted above.
  const expectedTools = (run) => new Set(run.expected_actions.map((action) => action.name));
  const anywhere = new Set(expecting.flatMap((run) => [...expectedTools(run)]));
  const lookups = /^(get|search|list|calculate|think)/;
  const counted = (run, call) => expectedTools(run).has(call.name) || (anywhere.has(call.name) && !lookups.test(call.name));
  const narrowed = expecting.map((run) =>
    ({...run, label: 'acting', calls: run.calls.filter((call) => counted(run, call))}));
  const acting = await replayRuns(server, narrowed);
  reportTable('Without look-ups that the task does not expect', acting, print);
  reportApart(runs.filter((run) => run.expected_actions.length === 0), print);
  check([...replayed, ...acting], fail);
}
