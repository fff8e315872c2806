// What docs/deployment.md says: HTTPS with a certificate that is exchanged while the server runs, the access log, nginx
// before it and systemd, with the very files in deploy/.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { makeKey, startServer } from './http-server.mjs';
import { modern, pianola, root, temporaryFolder } from './support.mjs';

const folder = temporaryFolder();
after(() => folder.remove());

// A certificate of its own in NAME.pem and NAME.key; gives both paths.
function makeCertificate(name) {
  const [cert, key] = [join(folder.path, `${name}.pem`), join(folder.path, `${name}.key`)];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=mcp.example.com']
      .concat(['-addext', 'subjectAltName=DNS:mcp.example.com', '-keyout', key, '-out', cert]),
    { stdio: 'ignore' },
  );
  return { cert, key };
}

// The body of a modern request, with the fields that mirror it.
function modernRequest(key, method, params = {}) {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': modern,
    'io.modelcontextprotocol/clientCapabilities': {},
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  };
  const headers = {
    Host: 'mcp.example.com',
    Authorization: `Bearer ${key}`,
    'Content-Type': 'application/json',
    Accept: 'application/json, text/event-stream',
    'MCP-Protocol-Version': modern,
    'Mcp-Method': method,
  };
  return { headers, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } }) };
}

// Opens a POST to that port of this machine; gives the response, whose body is still to be read.
async function post(port, ca, { headers, body }) {
  const sent = request({ port, host: '127.0.0.1', servername: 'mcp.example.com', path: '/mcp', method: 'POST', headers, ca, agent: false });
  sent.end(body);
  const [response] = await once(sent, 'response');
  response.setEncoding('utf8');
  return response;
}

async function bodyOf(response) {
  let text = '';
  for await (const chunk of response) text += chunk;
  return text;
}

const portOf = (url) => Number(new URL(url).port);

describe('pianola serve --http with --tls-cert', () => {
  const { cert, key } = makeCertificate('own');
  let server;
  let own;
  before(async () => {
    const store = join(folder.path, 'tls.db');
    own = makeKey(pianola, store);
    const args = ['serve', '--http', '127.0.0.1:0', '--store', store, '--allow-host', 'mcp.example.com'];
    server = await startServer(pianola, [...args, '--tls-cert', cert, '--tls-key', key, '--access-log']);
  });
  after(async () => assert.equal(await server.stop(), 0));

  test('answers over HTTPS', async () => {
    assert.match(server.url, /^https:/);
    const response = await post(portOf(server.url), readFileSync(cert), modernRequest(own, 'tools/list'));
    assert.equal(response.statusCode, 200);
    assert.equal(JSON.parse(await bodyOf(response)).result.tools.length, 10);
  });

  test('says in the access log what was asked, with the trace', async () => {
    const response = await post(portOf(server.url), readFileSync(cert), modernRequest(own, 'prompts/list'));
    const body = await bodyOf(response);
    const line = JSON.parse(await server.line((text) => text.includes('prompts/list')));
    assert.equal(line.status, 200);
    assert.equal(line.path, '/mcp');
    assert.equal(line.remote, '127.0.0.1');
    assert.equal(line.bytes, Buffer.byteLength(body));
    assert.match(line.traceparent, /^00-4bf92f35/);
  });

  test('does not answer in the clear', async () => {
    await assert.rejects(fetch(server.url.replace('https:', 'http:')));
  });

  test('keeps its certificate where the new one cannot be used, and takes it where it can', async () => {
    const before = readFileSync(cert);
    const next = makeCertificate('next');
    writeFileSync(cert, readFileSync(next.cert));
    server.reload();
    assert.match(await server.line((text) => text.includes('reloaded')), /not reloaded/);
    assert.equal((await post(portOf(server.url), before, modernRequest(own, 'tools/list'))).statusCode, 200);
    writeFileSync(key, readFileSync(next.key));
    server.reload();
    assert.match(await server.line((text) => text.includes('reloaded')), /pianola: reloaded/);
    assert.equal((await post(portOf(server.url), readFileSync(next.cert), modernRequest(own, 'tools/list'))).statusCode, 200);
    await assert.rejects(post(portOf(server.url), before, modernRequest(own, 'tools/list')));
  });
});

// A free port; somebody else could take it before nginx does, so who needs it tries again.
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

// nginx with the site of deploy/nginx.conf, other ports and files than there; gives { port, stop }.
async function startNginx(upstream, { cert, key }) {
  const port = await freePort();
  const site = readFileSync(join(root, 'deploy/nginx.conf'), 'utf8')
    .replace('127.0.0.1:8080;', `127.0.0.1:${upstream};`)
    .replace('listen 443 ', `listen 127.0.0.1:${port} `)
    .replace('/etc/ssl/certs/mcp.example.com.pem', cert)
    .replace('/etc/ssl/private/mcp.example.com.key', key);
  const path = join(folder.path, 'nginx');
  mkdirSync(path);
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((each) => `${each}_temp_path ${path};`).join('\n');
  const whole = `daemon off; pid ${path}/pid; error_log stderr notice; events {}\nhttp { access_log off;\n${places}\n${site}\n}`;
  writeFileSync(join(path, 'nginx.conf'), whole);
  const nginx = spawn('/usr/sbin/nginx', ['-p', path, '-c', join(path, 'nginx.conf')], { stdio: ['ignore', 'inherit', 'pipe'] });
  let said = '';
  for await (const chunk of nginx.stderr) {
    said += chunk;
    if (said.includes('start worker process')) break;
  }
  assert.match(said, /start worker process/);
  return {
    port,
    stop: async () => {
      nginx.kill('SIGQUIT');
      await once(nginx, 'exit');
    },
  };
}

describe('behind nginx', () => {
  const certificate = makeCertificate('nginx');
  const ca = readFileSync(certificate.cert);
  let server;
  let nginx;
  let own;
  before(async () => {
    const store = join(folder.path, 'nginx.db');
    own = makeKey(pianola, store);
    const args = ['serve', '--http', '127.0.0.1:0', '--store', store, '--allow-host', 'mcp.example.com'];
    server = await startServer(pianola, args);
    nginx = await startNginx(portOf(server.url), certificate);
  });
  after(async () => {
    await nginx.stop();
    assert.equal(await server.stop(), 0);
  });

  test('a request without a key is not', async () => {
    const response = await post(nginx.port, ca, modernRequest('none', 'tools/list'));
    assert.equal(response.statusCode, 401);
    await bodyOf(response);
  });

  test('a request is answered', async () => {
    const response = await post(nginx.port, ca, modernRequest(own, 'tools/list'));
    assert.equal(JSON.parse(await bodyOf(response)).result.tools.length, 10);
  });

  test('a stream comes through as it is written', async () => {
    const listening = await post(nginx.port, ca, modernRequest(own, 'subscriptions/listen', { notifications: { resourcesListChanged: true } }));
    for await (const chunk of listening) {
      assert.match(chunk, /notifications\/subscriptions\/acknowledged/);
      break; // it stays open: nothing more need come before this is read
    }
  });

  test('only MCP is reached', async () => {
    const { headers } = modernRequest(own, 'tools/list');
    const sent = request({ port: nginx.port, host: '127.0.0.1', servername: 'mcp.example.com', path: '/metrics', headers, ca, agent: false });
    sent.end();
    const [response] = await once(sent, 'response');
    assert.equal(response.statusCode, 404);
    response.resume();
  });
});

describe('the systemd unit', () => {
  const unit = readFileSync(join(root, 'deploy/pianola.service'), 'utf8');
  const path = join(folder.path, 'pianola.service');
  before(() => writeFileSync(path, unit.replace('/usr/local/bin/pianola', pianola)));
  const analyze = (...args) => spawnSync('systemd-analyze', args, { encoding: 'utf8' });

  test('is one that systemd takes without a word', () => {
    const { status, stdout, stderr } = analyze('verify', path);
    assert.deepEqual({ status, said: stdout + stderr }, { status: 0, said: '' });
  });

  test('is hardened', () => {
    // Tenths of systemd's exposure level: 0 is safe, 100 is a service without any hardening.
    const { status, stdout } = analyze('security', '--offline=true', '--threshold=20', path);
    assert.equal(status, 0, stdout);
  });

  test('starts a server, with the options that docs/deployment.md puts into its environment', async () => {
    const options = /PIANOLA_OPTIONS="(.*)"/.exec(readFileSync(join(root, 'docs/deployment.md'), 'utf8'))[1];
    const store = join(folder.path, 'unit.db');
    const own = makeKey(pianola, store);
    const args = /^ExecStart=\S+ (.*)$/m
      .exec(unit)[1]
      .replace('$PIANOLA_OPTIONS', options)
      .replace('127.0.0.1:8080', '127.0.0.1:0')
      .replace('/var/lib/pianola/store.db', store)
      .split(' ');
    const server = await startServer(pianola, args);
    const { headers, body } = modernRequest(own, 'tools/list');
    const sent = httpRequest({ port: portOf(server.url), host: '127.0.0.1', path: '/mcp', method: 'POST', headers, agent: false });
    sent.end(body);
    const [response] = await once(sent, 'response');
    assert.equal(response.statusCode, 200);
    response.resume();
    assert.equal(await server.stop(), 0);
  });
});
