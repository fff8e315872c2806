// The files in manifests/ are what manifests/generate.mjs makes of one description, in each host's own format; the entry
// in each really starts or reaches a server that answers; agents that execute have the executor's tools alone, on models
// that have a price; and the texts and READMEs name what there is. What takes real hosts is in tests/hosts/.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { getMcpConfigForManifest, packExtension, unpackExtension, v0_3 } from '@anthropic-ai/mcpb';
import { parseConfigYaml, validateConfigYaml } from '@continuedev/config-yaml';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Ajv2020 } from 'ajv/dist/2020.js';

import { json } from '../../manifests/formats.mjs';
import { hosts } from '../../manifests/hosts.mjs';
import { hostsData, registrations } from '../../manifests/registrations.mjs';
import { makeKey, startServer } from './http-server.mjs';
import {
  executors,
  local,
  localExecutors,
  manifestFiles,
  manifests,
  parsed,
  proxied,
  read,
  remote,
  remoteByVariable,
} from './manifest-files.mjs';
import { schemas } from './manifest-schemas.mjs';
import { ask, pianola, root, temporaryFolder } from './support.mjs';

const address = 'http://127.0.0.1:8080/mcp';
const binary = (name) => join(import.meta.dirname, 'node_modules', '.bin', name);
const folder = temporaryFolder();
const bin = join(folder.path, 'bin');
const home = { PATH: bin, HOME: folder.path };
let server, key;

before(async () => {
  mkdirSync(bin);
  symlinkSync(pianola, join(bin, 'pianola'));
  const store = ['--store', join(folder.path, 'http.db')];
  key = makeKey(pianola, store[1]);
  server = await startServer(pianola, ['serve', '--http', '127.0.0.1:0', ...store]);
});
after(async () => {
  await server.stop();
  folder.remove();
});

// Connects as a host would and gives the names of the server's tools.
async function toolsOver(transport) {
  const client = new Client({ name: 'manifests-test', version: '1' });
  await client.connect(transport);
  try {
    assert.equal(client.getServerVersion().name, 'pianola');
    return (await client.listTools()).tools.map((tool) => tool.name);
  } finally {
    await client.close();
  }
}
const started = ({ command, args }, env = home, stderr = 'inherit') =>
  toolsOver(new StdioClientTransport({ command, args, env, cwd: folder.path, stderr }));
const reached = (headers) =>
  toolsOver(new StreamableHTTPClientTransport(new URL(server.url), { requestInit: { headers } }));
// mcp-remote tells on standard error what it does.
const throughProxy = (args, env) => {
  const own = { HOME: folder.path, MCP_REMOTE_CONFIG_DIR: join(folder.path, 'mcp-remote') };
  return started({ command: process.execPath, args }, { ...process.env, ...own, ...env }, 'ignore');
};

describe('one description', () => {
  test('makes every file: run node manifests/generate.mjs where this fails', () => {
    const made = Object.entries(hosts).flatMap(([host, files]) => Object.keys(files).map((path) => `${host}/${path}`));
    assert.deepEqual(manifestFiles(), made.toSorted());
    for (const [host, files] of Object.entries(hosts)) {
      for (const [path, content] of Object.entries(files)) assert.equal(read(host, path), content, `${host}/${path}`);
    }
    assert.equal(read('hosts.json'), json(hostsData));
  });

  test('puts no key into any file', () => {
    for (const path of manifestFiles()) assert.doesNotMatch(read(path), /Bearer [A-Za-z0-9]|pia_/, path);
  });

  test("has the program's version", () => {
    const [, version] = readFileSync(join(root, 'CMakeLists.txt'), 'utf8').match(/project\(pianola VERSION ([0-9.]+)/);
    for (const path of ['gemini-cli/gemini-extension.json', 'claude-code/.claude-plugin/plugin.json']) {
      assert.equal(parsed(path).version, version, path);
    }
  });
});

describe('formats', () => {
  const ajv = new Ajv2020({ allErrors: true, formats: { uri: /^https?:/ } });
  const ownersValidate = /^claude-desktop\/mcpb|^continue\//;

  test('every file is checked by a schema of ours or its owner', () => {
    assert.deepEqual(Object.keys(schemas).toSorted(), manifestFiles().filter((path) => !ownersValidate.test(path)));
  });

  for (const [path, schema] of Object.entries(schemas)) {
    test(`${path} has the members that its host knows, and no others`, () => {
      const valid = ajv.validate(schema, parsed(path));
      assert.ok(valid, ajv.errorsText(ajv.errors));
      assert.ok(!ajv.validate(schema, { ...parsed(path), unknown_member: 1 }));
    });
  }

  for (const path of manifestFiles().filter((each) => each.startsWith('continue/'))) {
    test(`${path} is valid by Continue's own validator`, () => {
      assert.deepEqual(validateConfigYaml(parseConfigYaml(read(path))), []);
      const broken = { ...parsed(path), mcpServers: [{ command: 1 }] };
      assert.notDeepEqual(validateConfigYaml(broken), []);
    });
  }
});

describe('over stdio', () => {
  for (const [path, entry] of Object.entries(local)) {
    test(`${path} starts a server that answers`, async () => {
      assert.equal((await started(entry(parsed(path)))).length, 10);
    });
  }

  for (const [path, entry] of Object.entries(localExecutors)) {
    test(`${path} starts a server with the executor's tools alone`, async () => {
      assert.equal((await started(entry(parsed(path)))).length, 6);
    });
  }

  // Stands in for Windows' program: goes to the home folder and executes what follows.
  test('claude-desktop/claude_desktop_config-wsl.json says what wsl.exe takes', async () => {
    const wsl = join(bin, 'wsl.exe');
    writeFileSync(wsl, '#!/bin/sh\n[ "$1 $2 $3" = "--cd ~ --exec" ] || exit 2\ncd ~ && shift 3 && exec "$@"\n');
    chmodSync(wsl, 0o755);
    const env = { ...home, PATH: `${bin}:/usr/bin:/bin` };
    const entry = parsed('claude-desktop/claude_desktop_config-wsl.json').mcpServers.pianola;
    assert.equal((await started(entry, env)).length, 10);
  });
});

describe('over HTTP', () => {
  for (const [path, { entry, url, key: secret, headers }] of Object.entries(remote)) {
    test(`${path} reaches a server with the key that the host fills in`, async () => {
      const data = parsed(path);
      const sent = headers ? headers(entry(data)) : entry(data).headers;
      assert.deepEqual(sent, { Authorization: `Bearer ${secret}` });
      assert.ok(entry(data)[url].includes(address));
      assert.equal((await reached({ Authorization: sent.Authorization.replace(secret, key) })).length, 10);
    });
  }

  for (const [path, variable] of Object.entries(remoteByVariable)) {
    test(`${path} names the address and the variable with the key`, () => {
      assert.deepEqual({ ...parsed(path).mcp_servers.pianola }, { url: address, bearer_token_env_var: variable });
    });
  }

  const { dependencies } = JSON.parse(readFileSync(join(import.meta.dirname, 'package.json'), 'utf8'));
  const options = ['--transport', 'http-only', '--header', 'Authorization:${PIANOLA_AUTHORIZATION}'];
  for (const [path, entry] of Object.entries(proxied)) {
    test(`${path} runs the mcp-remote that is tested here`, () => {
      const args = ['-y', `mcp-remote@${dependencies['mcp-remote']}`, address, ...options];
      assert.deepEqual(entry(parsed(path)), { command: 'npx', args });
    });
  }

  test('mcp-remote reaches a server with the header from the environment', async () => {
    const env = { PIANOLA_AUTHORIZATION: `Bearer ${key}` };
    assert.equal((await throughProxy([binary('mcp-remote'), server.url, ...options], env)).length, 10);
  });

  test('a server with keys refuses a request without one', async () => {
    await assert.rejects(reached({}), /Send a key/);
  });
});

describe('MCP bundles', () => {
  const config = (name, extensionPath, userConfig) =>
    getMcpConfigForManifest({
      manifest: parsed(`claude-desktop/${name}/manifest.json`),
      extensionPath,
      systemDirs: { HOME: folder.path, DOCUMENTS: folder.path },
      userConfig,
      pathSeparator: '/',
    });

  for (const name of ['mcpb', 'mcpb-http']) {
    test(`${name} is valid by the owner's schema`, () => {
      const manifest = parsed(`claude-desktop/${name}/manifest.json`);
      assert.deepEqual(v0_3.McpbManifestSchema.parse(manifest), manifest);
      assert.ok(!v0_3.McpbManifestSchema.safeParse({ ...manifest, unknown_member: 1 }).success);
    });
  }

  test('mcpb, packed by the owner, starts a server on the store and folders that the user chose', async () => {
    const source = join(folder.path, 'bundle');
    mkdirSync(join(source, 'server'), { recursive: true });
    copyFileSync(join(manifests, 'claude-desktop/mcpb/manifest.json'), join(source, 'manifest.json'));
    // The program itself is large: what stands in for it executes it.
    writeFileSync(join(source, 'server', 'pianola'), `#!/bin/sh\nexec '${pianola}' "$@"\n`, { mode: 0o755 });
    const packed = join(folder.path, 'pianola.mcpb');
    assert.ok(await packExtension({ extensionPath: source, outputPath: packed, silent: true }));
    const outputDir = join(folder.path, 'unpacked');
    assert.ok(await unpackExtension({ mcpbPath: packed, outputDir, silent: true }));

    const store = join(folder.path, 'bundle.db');
    const roots = [folder.path, bin];
    const { command, args, env } = await config('mcpb', outputDir, { store, roots });
    assert.deepEqual(args, ['serve', '--root', ...roots]);
    assert.equal((await started({ command, args }, { ...home, ...env })).length, 10);
    assert.ok(readFileSync(store).length > 0);
  });

  test('mcpb-http reaches a server with the key that the user typed in', async () => {
    const { command, args, env } = await config('mcpb-http', import.meta.dirname, { url: server.url, key });
    assert.deepEqual([command, dirname(args[0])], ['node', join(import.meta.dirname, 'node_modules/mcp-remote/dist')]);
    assert.equal((await throughProxy(args, env)).length, 10);
  });
});

describe('executors', () => {
  const catalogue = JSON.parse(readFileSync(join(root, 'workflow/prices.json'), 'utf8')).models;
  const priced = new Set(catalogue.flatMap(({ model, aliases = [] }) => [model, ...aliases]));
  // What hosts call models themselves: Claude Code's and Cursor's aliases, and the names in VS Code's menu.
  const aliases = { 'claude-code/agents/executor.md': 'haiku', 'cursor/agents/pianola-executor.md': 'fast' };
  const slug = (shown) => shown.toLowerCase().replaceAll(' ', '-').replace(/(?<=claude.*\d)\.(?=\d)/, '-');

  for (const [path, { tools, prefixes, reads, model }] of Object.entries(executors)) {
    test(`${path} runs on a model with a price, or by the host's own alias`, () => {
      for (const each of [model(parsed(path))].flat()) {
        assert.ok(each === aliases[path] || priced.has(each) || priced.has(slug(each)), `${path}: ${each}`);
      }
    });

    if (!tools) continue;
    test(`${path} may use the executor's tools, and read files`, () => {
      const [{ tools: listed }] = ask(folder.path, 'executor', [['tools/list', {}]]);
      const names = prefixes.flatMap((prefix) => listed.map((tool) => prefix + tool.name));
      assert.deepEqual(tools(parsed(path)), reads ? [...names, reads] : names);
    });
  }
});

describe('texts', () => {
  test('name tools and arguments that there are', () => {
    const [{ tools }] = ask(folder.path, 'designer', [['tools/list', {}]]);
    const known = JSON.stringify(tools);
    const texts = Object.values(hosts).flatMap((files) => Object.values(files)).join('\n');
    const names = new Set([...texts.matchAll(/`([a-z]+(?:_[a-z]+)+)\b/g)].map(([, name]) => name));
    assert.ok(names.size > 10);
    for (const name of names) assert.match(known, new RegExp(`\\b${name}\\b`), name);
  });
});

// A command registers what stands after `--`, or after the entry's name.
const commands = {
  'claude-code/.mcp.json': /claude mcp add -s user pianola -- ([^`]+)`/,
  'codex/config.toml': /codex mcp add pianola -- ([^`]+)`/,
  'gemini-cli/gemini-extension.json': /gemini mcp add -s user pianola ([^`]+)`/,
};

test('the lines of manifests/README.md equal the manifests', () => {
  const text = read('README.md');
  for (const [path, command] of Object.entries(commands)) {
    const entry = local[path](parsed(path));
    assert.equal(text.match(command)?.[1], [entry.command, ...entry.args].join(' '), path);
  }
  assert.ok(text.includes('`serve --role executor`'));
});

test('docs/hosts.md says of every host where its file is', () => {
  const rows = readFileSync(join(root, 'docs/hosts.md'), 'utf8').split('\n');
  for (const [id, { title, files }] of Object.entries(registrations)) {
    const row = rows.find((each) => each.startsWith(`| ${title} | \`${id}\` |`));
    for (const file of Object.values(files).flat()) assert.ok(row?.includes(`\`${file}\``), `${id}: ${file}`);
  }
});

test('manifests/README.md says of every file where it goes', () => {
  const text = read('README.md');
  for (const path of manifestFiles()) assert.ok(text.includes(`\`${path.replace(/^[^/]+\//, '')}\``), path);
});
