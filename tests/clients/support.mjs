// What the client tests share: a folder of their own, the program under test, the official SDKs behind one face, and
// tokens counted as the models' vendors count them.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernPipe } from '@modelcontextprotocol/client/stdio';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as LegacyPipe } from '@modelcontextprotocol/sdk/client/stdio.js';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';

import { pianola, root } from './program.mjs';

export { pianola, root };
export const modern = '2026-07-28';

// A new folder of this test's own, and how to remove it.
export function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'pianola-clients-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

// The arguments with which a host starts the server: store and readable files are in the folder.
export function serveArguments(folder, role = 'designer') {
  return ['serve', '--store', join(folder, 'store.db'), '--root', folder, '--role', role];
}

export const tokens = (value) => encode(typeof value === 'string' ? value : JSON.stringify(value)).length;

// The official SDKs: 1.x speaks the legacy revisions; 2.x is pinned to the modern one, without a way back.
export const sdks = [
  {
    name: 'SDK 1.x, legacy',
    connect: (folder, role) =>
      connected(new LegacyClient({ name: 'sdk1-test', version: '1' }), LegacyPipe, folder, role),
  },
  {
    name: 'SDK 2.x, modern',
    connect: (folder, role) =>
      connected(
        new ModernClient({ name: 'sdk2-test', version: '1' }, { versionNegotiation: { mode: { pin: modern } } }),
        ModernPipe,
        folder,
        role,
      ),
  },
];

async function connected(client, Pipe, folder, role) {
  await client.connect(new Pipe({ command: pianola, args: serveArguments(folder, role), stderr: 'inherit' }));
  return new Session(client);
}

// One client's session, which remembers what it has driven, so that a test can ask whether that was everything.
class Session {
  constructor(client) {
    this.client = client;
    this.accepted = new Set();
    this.refused = new Set();
    this.read = [];
    this.prompted = new Set();
    this.completed = new Set();
  }

  // Calls a tool: the result as the SDK validated it, its text, its facts, and what it says of an execution.
  async call(name, args = {}) {
    const result = await this.client.callTool({ name, arguments: args });
    (result.isError ? this.refused : this.accepted).add(name);
    const text = result.content.map((block) => block.text).join('\n');
    return { result, text, facts: result.structuredContent, execution: result._meta?.['pianola/execution'] };
  }

  async resource(uri) {
    const { contents } = await this.client.readResource({ uri });
    this.read.push(uri);
    return contents[0];
  }

  async prompt(name, args) {
    const { messages } = await this.client.getPrompt({ name, arguments: args });
    this.prompted.add(name);
    return messages[0].content.text;
  }

  // Completions of an argument of a resource template (its URI) or of a prompt (its name).
  async complete(of, name, value, others = {}) {
    const ref = of.includes('://') ? { type: 'ref/resource', uri: of } : { type: 'ref/prompt', name: of };
    const { completion } = await this.client.complete({
      ref,
      argument: { name, value },
      context: { arguments: others },
    });
    this.completed.add(`${of} ${name}`);
    return completion.values;
  }

  close() {
    return this.client.close();
  }
}

const modernMeta = {
  'io.modelcontextprotocol/protocolVersion': modern,
  'io.modelcontextprotocol/clientCapabilities': {},
};

// Sends modern requests, [method, params] each, to one process and gives their results, in order.
export function ask(folder, role, requests, command = pianola, args = serveArguments(folder, role), options = {}) {
  const lines = requests.map(([method, params], index) =>
    JSON.stringify({ jsonrpc: '2.0', id: index + 1, method, params: { ...params, _meta: modernMeta } }),
  );
  const { stdout, error } = spawnSync(command, args, { input: lines.join('\n') + '\n', encoding: 'utf8', ...options });
  if (error) throw error;
  const answers = new Map(stdout.trim().split('\n').map((line) => JSON.parse(line)).map((answer) => [answer.id, answer]));
  return requests.map((_, index) => answers.get(index + 1)?.result ?? answers.get(index + 1));
}

// Calls one tool in a process of its own.
export function callOnce(folder, name, args, role = 'designer') {
  const [result] = ask(folder, role, [['tools/call', { name, arguments: args }]]);
  return { result, text: result.content?.map((block) => block.text).join('\n'), facts: result.structuredContent };
}
