// Real clients over HTTP, legacy and modern at the same time on one server: the official SDKs 1.x and 2.x, the
// inspector's command line, and the bridges that people put before remote servers (mcp-remote, supergateway). And
// what keys let whom do.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Client as ModernClient, StreamableHTTPClientTransport as ModernHttp } from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as LegacyHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

import { greet } from './designs.mjs';
import { startServer } from './http-server.mjs';
import { modern, pianola, temporaryFolder } from './support.mjs';

const modules = join(import.meta.dirname, 'node_modules');
const binary = (name) => {
  const manifest = createRequire(import.meta.url)(join(modules, name, 'package.json'));
  return join(modules, name, typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[name]);
};

const withKey = (key) => (key ? { requestInit: { headers: { Authorization: `Bearer ${key}` } } } : {});

async function legacy(url, key) {
  const client = new LegacyClient({ name: 'sdk1-http', version: '1' });
  await client.connect(new LegacyHttp(new URL(url), withKey(key)));
  return client;
}

async function modernOf(url, key) {
  const client = new ModernClient(
    { name: 'sdk2-http', version: '1' },
    { versionNegotiation: { mode: { pin: modern } } },
  );
  await client.connect(new ModernHttp(new URL(url), withKey(key)));
  return client;
}

const textOf = (result) => result.content.map((block) => block.text).join('\n');
const call = (client, name, args = {}) => client.callTool({ name, arguments: args });

describe('clients over HTTP', () => {
  const folder = temporaryFolder();
  let server;

  before(async () => {
    server = await startServer(pianola, ['serve', '--http', '127.0.0.1:0', '--store', join(folder.path, 'store.db')]);
  });
  after(async () => {
    assert.equal(await server.stop(), 0);
    folder.remove();
  });

  test('two of each era play on one server at the same time', async () => {
    const clients = await Promise.all([
      legacy(server.url),
      modernOf(server.url),
      legacy(server.url),
      modernOf(server.url),
    ]);
    const saved = await call(clients[0], 'workflow_save', { workflow: greet, design_cost_usd: 0.5 });
    assert.equal(saved.structuredContent.version, '1.0.0');
    const started = await Promise.all(
      clients.map((client) => call(client, 'execution_start', { name: 'greet', input: { person: 'Ada' } })),
    );
    const ids = new Set(started.map((result) => result._meta['pianola/execution'].execution_id));
    assert.equal(ids.size, 4);
    for (const client of clients) {
      assert.equal((await client.listTools()).tools.length, 10);
      await client.close();
    }
  });

  test('a legacy session is told of what another client published', async () => {
    const watching = new LegacyClient({ name: 'sdk1-http', version: '1' });
    const told = new Promise((resolve) => {
      watching.fallbackNotificationHandler = async (notification) => resolve(notification.method);
    });
    // The client opens its stream beside its requests: what changes before that is open, nobody tells it.
    const streaming = new Promise((resolve) => {
      const watched = async (url, request) => {
        const answer = await fetch(url, request);
        if (request.method === 'GET') resolve(answer.status);
        return answer;
      };
      watching.connect(new LegacyHttp(new URL(server.url), { fetch: watched }));
    });
    assert.equal(await streaming, 200);
    await watching.subscribeResource({ uri: 'workflow://greet' });
    const designer = await modernOf(server.url);
    const workflow = { name: 'greet', title: 'Greet kindly' };
    const saved = await call(designer, 'workflow_save', { workflow, base_version: '1.0.0' });
    assert.ok(!saved.isError, textOf(saved));
    assert.match(await told, /notifications\/resources\/(updated|list_changed)/);
    await watching.close();
    await designer.close();
  });

  test('a session ended by its client is known no more', async () => {
    const transport = new LegacyHttp(new URL(server.url));
    const client = new LegacyClient({ name: 'sdk1-http', version: '1' });
    await client.connect(transport);
    const session = transport.sessionId;
    await transport.terminateSession();
    const answer = await fetch(server.url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
        'Mcp-Session-Id': session,
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
    });
    assert.equal(answer.status, 404);
  });

  for (const era of ['legacy', 'modern']) {
    test(`the inspector's command line, ${era}`, () => {
      const launcher = join(modules, '@modelcontextprotocol/inspector/clients/launcher/build/index.js');
      const args = [launcher, '--cli', server.url, '--transport', 'http', '--protocol-era', era];
      const output = execFileSync(process.execPath, [...args, '--method', 'tools/list', '--format', 'json'], {
        encoding: 'utf8',
        env: { ...process.env, HOME: folder.path },
      });
      assert.equal(JSON.parse(output).result.tools.length, 10);
    });
  }

  const bridges = {
    'mcp-remote': () => [binary('mcp-remote'), server.url, '--allow-http', '--transport', 'http-only'],
    supergateway: () => [binary('supergateway'), '--streamableHttp', server.url, '--logLevel', 'none'],
  };
  for (const [name, args] of Object.entries(bridges)) {
    test(`${name} makes a server over stdio of it`, async () => {
      const client = new LegacyClient({ name: 'bridged', version: '1' });
      const env = { ...process.env, HOME: folder.path, MCP_REMOTE_CONFIG_DIR: join(folder.path, 'mcp-remote') };
      await client.connect(new StdioClientTransport({ command: process.execPath, args: args(), env, stderr: 'ignore' }));
      assert.equal((await client.listTools()).tools.length, 10);
      assert.match(textOf(await call(client, 'workflow_get', { name: 'greet' })), /^To run this/);
      await client.close();
    });
  }
});

describe('keys over HTTP', () => {
  const folder = temporaryFolder();
  const store = join(folder.path, 'store.db');
  const keyCommand = (...args) =>
    JSON.parse(execFileSync(pianola, ['key', ...args, '--json', '--store', store], { encoding: 'utf8' }));
  let server;
  let keys;

  before(async () => {
    keys = {
      designer: keyCommand('create', '--role', 'designer'),
      executor: keyCommand('create', '--role', 'executor'),
      other: keyCommand('create', '--role', 'executor'),
      elsewhere: keyCommand('create', '--role', 'designer', '--workspace', 'elsewhere'),
    };
    server = await startServer(pianola, ['serve', '--http', '127.0.0.1:0', '--store', store]);
  });
  after(async () => {
    assert.equal(await server.stop(), 0);
    folder.remove();
  });

  test('nobody is let in without one, once there are keys', async () => {
    await assert.rejects(legacy(server.url));
    await assert.rejects(modernOf(server.url, 'pia_00000000_0000'));
  });

  test('an executor is listed six tools, and may not call the others', async () => {
    const designer = await modernOf(server.url, keys.designer.key);
    await call(designer, 'workflow_save', { workflow: greet });
    const executor = await legacy(server.url, keys.executor.key);
    assert.equal((await executor.listTools()).tools.length, 6);
    await assert.rejects(call(executor, 'workflow_save', { workflow: greet }));
    await designer.close();
    await executor.close();
  });

  test('an executor sees its own executions alone', async () => {
    const mine = await modernOf(server.url, keys.executor.key);
    const others = await modernOf(server.url, keys.other.key);
    const started = await call(mine, 'execution_start', { name: 'greet', input: { person: 'Ada' } });
    const { execution_id: id } = started._meta['pianola/execution'];
    assert.ok((await call(others, 'execution_step', { execution_id: id })).isError);
    assert.ok(!(await call(mine, 'execution_step', { execution_id: id })).isError);
    await mine.close();
    await others.close();
  });

  test('a workspace knows nothing of another', async () => {
    const elsewhere = await modernOf(server.url, keys.elsewhere.key);
    const found = await call(elsewhere, 'workflow_find', {});
    assert.deepEqual(found.structuredContent.library, [], textOf(found));
    await elsewhere.close();
  });

  test('a revoked key is refused at once, in an open session too', async () => {
    const client = await legacy(server.url, keys.other.key);
    await client.listTools();
    keyCommand('revoke', keys.other.prefix);
    await assert.rejects(client.listTools());
    await client.close();
  });
});
