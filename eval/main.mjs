// make eval: real data through the real program; what comes out is printed as it is, in Markdown.
// usage: node eval/main.mjs PROGRAM FIND_SCORES DATA_FOLDER SCRATCH_FOLDER EDGE_CASE_SCORES
// Ends with 1 where a hard requirement fails: text lost, a lint error, a run that cannot be replayed, a
// goal of retrieval missed, situations merged that are two. The AUC is none.
import {mkdtempSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {reportAirline} from './airline.mjs';
import {reportEdgeCases} from './edge_cases.mjs';
import {reportFind} from './find.mjs';
import {reportReplay} from './replay_report.mjs';
import {reportRunbooks} from './runbooks.mjs';
import {Server} from './server.mjs';
import {reportSops} from './sops.mjs';

const [program, scores, data, scratch, edgeCaseScores] = process.argv.slice(2);
const store = join(scratch, 'store.db');
const failures = [];
const fail = (what) => failures.push(what);
const newFolder = () => mkdtempSync(join(scratch, 'libraries-'));
const print = (line = '') => console.log(line);

reportSops({program, store, folder: join(data, 'sops'), print, fail});
const server = new Server(program, store);
await server.open();
await reportAirline({server, print, fail});
await reportReplay({server, file: join(data, 'tau-airline-runs.jsonl'), print, fail});
const textsOf = (file, field) =>
  [...new Set(readFileSync(join(data, file), 'utf8').trim().split('\n').map((line) => JSON.parse(line)[field]))];
const foreign = [['web sites', textsOf('webarena-intents.jsonl', 'intent')],
  ['an airline', textsOf('tau-airline-runs.jsonl', 'request')]];
await reportRunbooks(
    {server, program, store, scores, folder: join(data, 'runbooks'), foreign, scratch: newFolder, print, fail});
await server.close();
reportEdgeCases({scores: edgeCaseScores, print, fail});
reportFind({scores, file: join(data, 'webarena-intents.jsonl'), scratch: newFolder, print, fail});

for (const failure of failures) console.error(`FAILED: ${failure}`);
process.exitCode = failures.length > 0 ? 1 : 0;
