// make eval: real data through the real program; what comes out is printed as it is, in Markdown.
// usage: node eval/main.mjs PROGRAM DATA_FOLDER SCRATCH_FOLDER
// Ends with 1 where a hard requirement fails: text lost, a lint error, a run that cannot be replayed. The AUC is none.
import {join} from 'node:path';
import {reportAirline} from './airline.mjs';
import {reportReplay} from './replay_report.mjs';
import {Server} from './server.mjs';
import {reportSops} from './sops.mjs';

const [program, data, scratch] = process.argv.slice(2);
const store = join(scratch, 'store.db');
const failures = [];
const fail = (what) => failures.push(what);
const print = (line = '') => console.log(line);

reportSops({program, store, folder: join(data, 'sops'), print, fail});
const server = new Server(program, store);
await server.open();
await reportAirline({server, print, fail});
await reportReplay({server, file: join(data, 'tau-airline-runs.jsonl'), print, fail});
await server.close();

for (const failure of failures) console.error(`FAILED: ${failure}`);
process.exitCode = failures.length > 0 ? 1 : 0;
