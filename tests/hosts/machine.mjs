// A machine of its own for each host from npm: an empty home, a project, nothing of this one's environment, and Pianola
// on its PATH, which notes there what it was asked. Beside them one server over HTTP, for the time of a file's tests.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before } from 'node:test';

import { makeKey, startServer } from '../clients/http-server.mjs';
import { pianola, root } from '../clients/program.mjs';
import { startModel } from './model-stand-in.mjs';

const modules = join(import.meta.dirname, 'node_modules');
const platform = `linux-${process.arch}`;
// Of each host: its package, and what of it is started.
const hosts = {
  'claude-code': [`@anthropic-ai/claude-code-${platform}`, 'claude'],
  cline: [`@cline/cli-${platform}`, 'bin/cline'],
  codex: ['@openai/codex', 'bin/codex.js'],
  continue: ['@continuedev/cli', 'dist/cn.js'],
  'copilot-cli': [`@github/copilot-${platform}`, 'copilot'],
  'gemini-cli': ['@google/gemini-cli', 'bundle/gemini.js'],
  // What runs on every processor of this kind; npm has no such release for others.
  opencode: ['opencode-linux-x64-baseline', 'bin/opencode'],
  'qwen-code': ['@qwen-code/qwen-code', 'cli-entry.js'],
};
const longest = 900_000; // milliseconds, of one run of a host

export const manifest = (...path) => join(root, 'manifests', ...path);
export const versionOf = (host) => JSON.parse(readFileSync(join(modules, hosts[host][0], 'package.json'))).version;

const folder = mkdtempSync(join(tmpdir(), 'hosts-'));
const bin = join(folder, 'bin');
const noting = join(folder, 'noting');
export const remote = {};

before(async () => {
  mkdirSync(bin);
  symlinkSync(pianola, join(bin, 'pianola'));
  symlinkSync(process.execPath, join(bin, 'node'));
  // opencode needs it to open a skill, and would fetch it; Qwen Code brings it.
  const ripgrep = ['@qwen-code', 'qwen-code', 'vendor', 'ripgrep', `${process.arch}-linux`, 'rg'];
  cpSync(join(modules, ...ripgrep), join(bin, 'rg'));
  chmodSync(join(bin, 'rg'), 0o755);
  mkdirSync(noting);
  const script = `#!/bin/sh\nexec '${pianola}' "$@" --log-requests 2>>"$HOME/server.log"\n`;
  writeFileSync(join(noting, 'pianola'), script, { mode: 0o755 });
  const store = ['--store', join(folder, 'http.db')];
  remote.key = makeKey(pianola, store[1]);
  remote.server = await startServer(pianola, ['serve', '--http', '127.0.0.1:0', ...store]);
  remote.url = remote.server.url;
});
after(async () => {
  await remote.server.stop();
  rmSync(folder, { recursive: true, force: true });
});

export class Machine {
  constructor(host, env = {}) {
    this.host = host;
    this.program = join(modules, ...hosts[host]);
    this.home = mkdtempSync(join(folder, `${host}-`));
    this.project = join(this.home, 'project');
    mkdirSync(this.project);
    this.env = { PATH: `${bin}:/usr/bin:/bin`, HOME: this.home, PIANOLA_KEY: remote.key, ...env };
    this.commands = [];
  }

  // Puts a manifest where the host reads it.
  put(from, to) {
    cpSync(manifest(from), join(this.home, to), { recursive: true });
  }
  write(to, text) {
    mkdirSync(dirname(join(this.home, to)), { recursive: true });
    writeFileSync(join(this.home, to), text);
  }
  change(file, how) {
    this.write(file, how(readFileSync(join(this.home, file), 'utf8')));
  }

  // Has Pianola register itself in the host's own file.
  install(...options) {
    this.began = Date.now();
    const [{ written }] = this.pianola('install', this.host, ...options).hosts;
    assert.equal(written, true);
    this.commands.push(['pianola', 'install', this.host, ...options]);
  }
  installRemote() {
    this.install('--http', remote.url);
  }
  uninstall() {
    this.pianola('uninstall', this.host);
  }
  // Saves a workflow in this machine's store.
  save(workflow) {
    this.write('workflow.json', JSON.stringify(workflow));
    this.pianola('workflow', 'import', join(this.home, 'workflow.json'));
  }
  // A saved workflow as a file for a host.
  exported(name, form) {
    return this.answered(['workflow', 'export', name, '--as', form]);
  }
  // Pianola's own command line on this machine's store.
  pianola(...args) {
    return JSON.parse(this.answered([...args, '--json']));
  }
  answered(args) {
    const { stdout, stderr, status } = spawnSync(pianola, args, { env: this.env, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return stdout;
  }

  // Runs the host in its project; gives its exit code and all that it wrote.
  run(args, env = {}) {
    this.commands.push([this.host, ...args]);
    return new Promise((resolve, reject) => {
      const child = spawn(this.program, args, {
        cwd: this.project,
        env: { ...this.env, PATH: `${noting}:${this.env.PATH}`, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: longest,
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, output }));
    });
  }
  async succeeds(args, env) {
    const { code, output } = await this.run(args, env);
    assert.equal(code, 0, output);
    return output;
  }

  // What the server tells every host at the start.
  instructions() {
    const clientInfo = { name: 'test', version: '1' };
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
    const line = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
    const { stdout } = spawnSync(pianola, ['serve'], { env: this.env, encoding: 'utf8', input: `${line}\n` });
    return JSON.parse(stdout).result.instructions;
  }

  // What the servers were asked that the host started over stdio.
  asked() {
    const log = join(this.home, 'server.log');
    if (!existsSync(log)) return [];
    const lines = readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{'));
    return lines.map((line) => JSON.parse(line));
  }
  // Which client it is, and the revision of the protocol that it speaks: what it asked once that was agreed on.
  spoke() {
    const { client, revision } = this.asked().find(({ method }) => !/^(initialize|server\/discover)$/.test(method));
    return { client, revision };
  }
}

// One session of a host, in which the stand-in plays these models, each by its name, to the end. Others say "ok", as do
// these where there are no tools: so hosts have titles made. Gives the requests that had tools.
export async function session(models, run) {
  const says = { answer: () => ({ text: 'ok' }) };
  const asked = ({ model, tools }) => (tools.length > 0 && models.find(({ name }) => name === model)) || says;
  const standIn = await startModel((request) => asked(request).answer(request));
  try {
    await run(standIn.url);
  } finally {
    standIn.stop();
  }
  models.forEach((model) => model.assertDone());
  return standIn.requests.filter(({ tools }) => tools.length > 0);
}

// From nothing to a tool call: the package's installation, `pianola install`, and the host, asked by `ask(url)`.
export async function fromNothing(t, host, model, ask) {
  host.install();
  await session([model], ask);
  const called = host.asked().find(({ method, outcome }) => method === 'tools/call' && outcome === 'ok');
  assert.equal(called?.name, 'workflow_find');
  const commands = 1 + host.commands.length;
  assert.ok(commands <= 3, JSON.stringify(host.commands));
  const seconds = (Date.parse(called.at) - host.began) / 1000;
  t.diagnostic(`from nothing to a tool call: ${commands} commands, ${seconds.toFixed(1)} s after the package is there`);
}

// docs/hosts.md tells of this host what was seen here: its version, its revision of the protocol.
export function assertDocumented(title, machine) {
  const row = `| ${title} ${versionOf(machine.host)} | ${machine.spoke().revision} |`;
  assert.ok(readFileSync(join(root, 'docs', 'hosts.md'), 'utf8').includes(`\n${row}`), `docs/hosts.md lacks: ${row}`);
}
