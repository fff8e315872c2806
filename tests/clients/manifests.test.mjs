// The files in manifests/ are in each host's own format, the entry in each really starts a server that answers, and
// the README's lines say the same as the files.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { parse as parseToml } from 'smol-toml';

import { pianola, root, temporaryFolder } from './support.mjs';

const manifests = join(root, 'manifests');
const read = (...path) => readFileSync(join(...path), 'utf8');

// What each host reads: where its entries are, and exactly which fields the one for Pianola has.
const hosts = {
  'claude-desktop': { file: 'claude_desktop_config.json', servers: 'mcpServers', fields: ['command', 'args'] },
  'claude-code': { file: '.mcp.json', servers: 'mcpServers', fields: ['type', 'command', 'args'] },
  codex: { file: 'config.toml', servers: 'mcp_servers', fields: ['command', 'args'] },
  cursor: { file: 'mcp.json', servers: 'mcpServers', fields: ['command', 'args'] },
  vscode: { file: 'mcp.json', servers: 'servers', fields: ['type', 'command', 'args'] },
  'gemini-cli': { file: 'gemini-extension.json', servers: 'mcpServers', fields: ['command', 'args'], also: ['name', 'version'] },
};

const parsed = (host) => {
  const { file } = hosts[host];
  return (file.endsWith('.toml') ? parseToml : JSON.parse)(read(manifests, host, file));
};
const entryOf = (host) => parsed(host)[hosts[host].servers].pianola;
const words = (host) => [entryOf(host).command, ...entryOf(host).args].join(' ');

test('every folder of manifests/ belongs to a host that is checked here', () => {
  const folders = readdirSync(manifests, { withFileTypes: true }).filter((each) => each.isDirectory());
  assert.deepEqual(folders.map((each) => each.name).toSorted(), Object.keys(hosts).toSorted());
  for (const host of Object.keys(hosts)) assert.deepEqual(readdirSync(join(manifests, host)), [hosts[host].file]);
});

for (const host of Object.keys(hosts)) describe(host, () => checkHost(host));

function checkHost(host) {
  const { servers, fields, also = [] } = hosts[host];

  test('has the fields that the host knows, and no others', () => {
    const manifest = parsed(host);
    assert.deepEqual(Object.keys(manifest).toSorted(), [...also, servers].toSorted());
    assert.deepEqual(Object.keys(manifest[servers]), ['pianola']);
    const entry = entryOf(host);
    assert.deepEqual(Object.keys(entry).toSorted(), fields.toSorted());
    assert.equal(typeof entry.command, 'string');
    assert.ok(entry.args.every((argument) => typeof argument === 'string'));
    if ('type' in entry) assert.equal(entry.type, 'stdio');
  });

  // As the host would: `pianola` from PATH, nothing else in the environment but a home.
  test('starts a server that answers', async () => {
    const folder = temporaryFolder();
    after(() => folder.remove());
    const bin = join(folder.path, 'bin');
    mkdirSync(bin);
    symlinkSync(pianola, join(bin, 'pianola'));
    const client = new Client({ name: host, version: '1' });
    const { command, args } = entryOf(host);
    const env = { PATH: bin, HOME: folder.path };
    await client.connect(new StdioClientTransport({ command, args, env, cwd: folder.path, stderr: 'inherit' }));
    try {
      assert.equal(client.getServerVersion().name, 'pianola');
      assert.equal((await client.listTools()).tools.length, 10);
    } finally {
      await client.close();
    }
  });
}

test("the Gemini CLI's extension has the program's version", () => {
  const [, version] = read(root, 'CMakeLists.txt').match(/project\(pianola VERSION ([0-9.]+)/);
  assert.equal(parsed('gemini-cli').version, version);
});

// A command registers what stands after `--`, or after the entry's name.
const commands = {
  'claude-code': /claude mcp add -s user pianola -- ([^`]+)`/,
  codex: /codex mcp add pianola -- ([^`]+)`/,
  'gemini-cli': /gemini mcp add -s user pianola ([^`]+)`/,
};

for (const [name, text] of [
  ['README.md', read(root, 'README.md')],
  ['manifests/README.md', read(manifests, 'README.md')],
]) {
  test(`the lines of ${name} equal the manifests`, () => {
    for (const [host, command] of Object.entries(commands)) {
      assert.equal(text.match(command)?.[1], words(host), `${name}: ${host}`);
    }
    for (const host of ['claude-desktop', 'cursor', 'vscode']) {
      assert.ok(text.includes(`${host}/${hosts[host].file}`), `${name}: ${host}`);
    }
    assert.ok(text.includes('`serve --role executor`'), name);
  });
}
