// The part of make eval that needs no data: simulated executors on the real program, and what a loop costs in tokens.
// usage: node eval/simulated.mjs PROGRAM SCRATCH_FOLDER
import {join} from 'node:path';
import {reportAdherence} from './adherence.mjs';
import {reportHere} from './here.mjs';
import {Server} from './server.mjs';
import {reportTokens} from './tokens.mjs';
import {reportWeak} from './weak.mjs';

const [program, scratch] = process.argv.slice(2);
const failures = [];
const given = {print: (line = '') => console.log(line), fail: (what) => failures.push(what)};
const server = new Server(program, join(scratch, 'simulated.db'), scratch);
await server.open();
await reportWeak({server, ...given});
await reportHere({server, ...given});
await reportAdherence({server, ...given});
await reportTokens({server, folder: scratch, ...given});
await server.close();

for (const failure of failures) console.error(`FAILED: ${failure}`);
process.exitCode = failures.length > 0 ? 1 : 0;
