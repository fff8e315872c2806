#!/usr/bin/env node
// Runs the program that this package carries: the same arguments, streams, signals and exit code.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const { name, os, cpu } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
if (process.platform !== os[0] || process.arch !== cpu[0]) {
  console.error(
    `pianola: ${name} carries the program for ${os[0]} on ${cpu[0]}, and this is ${process.platform} on ${process.arch}. ` +
      'Run it inside WSL, or use a server on another machine by mcp-remote.',
  );
  process.exit(1);
}

const program = spawn(fileURLToPath(new URL('../program/pianola', import.meta.url)), process.argv.slice(2), {
  stdio: 'inherit',
});
// Hosts end a server by one of these; the program then finishes what it has acknowledged.
const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'];
for (const signal of passedOn) process.on(signal, () => program.kill(signal));
program.on('error', (error) => {
  console.error(`pianola: the program of ${name} cannot be started: ${error.message}. Install the package again.`);
  process.exit(1);
});
program.on('exit', (code, signal) => {
  if (signal === null) process.exit(code);
  for (const each of passedOn) process.removeAllListeners(each);
  process.kill(process.pid, signal);
});
