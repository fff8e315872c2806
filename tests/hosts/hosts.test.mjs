// The files of manifests/ in the real hosts, offline: each host's own check passes and connects, and in a whole session
// the command that hands a workflow over leads to the executor, on its own model and with the executor's tools alone,
// which executes the workflow: is refused once, mends that, reports an edge case, and the store knows all of it. A
// stand-in plays the models (model-stand-in.mjs); what it is shown of every answer is checked.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { makeKey, startServer } from '../clients/http-server.mjs';
import { pianola, root } from '../clients/program.mjs';
import { startModel } from './model-stand-in.mjs';

const executorTools = [
  'execution_finish',
  'execution_start',
  'execution_step',
  'report_edge_case',
  'workflow_find',
  'workflow_get',
];
const designerTool = /workflow_save|workflow_review|edge_case_resolve|cost_summary/;

const modules = join(import.meta.dirname, 'node_modules');
const programs = {
  claude: join(modules, '@anthropic-ai', `claude-code-linux-${process.arch}`, 'claude'),
  codex: join(modules, '.bin', 'codex'),
  gemini: join(modules, '.bin', 'gemini'),
  // What runs on every processor of this kind; npm has no such release for others.
  opencode: join(modules, 'opencode-linux-x64-baseline', 'bin', 'opencode'),
};
const manifest = (...path) => join(root, 'manifests', ...path);

const folder = mkdtempSync(join(tmpdir(), 'pianola-hosts-'));
const bin = join(folder, 'bin');
let server, key;

before(async () => {
  mkdirSync(bin);
  symlinkSync(pianola, join(bin, 'pianola'));
  symlinkSync(process.execPath, join(bin, 'node'));
  const store = ['--store', join(folder, 'http.db')];
  key = makeKey(pianola, store[1]);
  server = await startServer(pianola, ['serve', '--http', '127.0.0.1:0', ...store]);
});
after(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

// A machine of its own for one host: an empty home, a project, and nothing of this one's environment.
class Machine {
  constructor(program, env = {}) {
    this.program = programs[program];
    this.home = mkdtempSync(join(folder, `${program}-`));
    this.project = join(this.home, 'project');
    mkdirSync(this.project);
    this.env = { PATH: `${bin}:/usr/bin:/bin`, HOME: this.home, PIANOLA_KEY: key, ...env };
  }

  // Puts a manifest where the host reads it.
  put(from, to) {
    cpSync(manifest(from), join(this.home, to), { recursive: true });
  }
  write(to, text) {
    mkdirSync(dirname(join(this.home, to)), { recursive: true });
    writeFileSync(join(this.home, to), text);
  }
  // Has Pianola register itself, over HTTP at the test's server. Each entry is the manifest's: tests/server says so.
  install(host) {
    const { hosts } = this.pianola('install', host);
    assert.ok(hosts[0].written, JSON.stringify(hosts));
  }
  installRemote(host) {
    this.pianola('install', host, '--http', server.url);
  }

  // Runs the host in its project; gives its exit code and all that it wrote.
  run(args, env = {}) {
    return new Promise((resolve) => {
      const options = { cwd: this.project, env: { ...this.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] };
      const child = spawn(this.program, args, options);
      let output = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
      child.on('close', (code) => resolve({ code, output }));
    });
  }
  async succeeds(args, env) {
    const { code, output } = await this.run(args, env);
    assert.equal(code, 0, output);
    return output;
  }

  // Saves the workflow in this machine's store.
  design() {
    this.write('triage.json', JSON.stringify(triage));
    this.pianola('workflow', 'import', join(this.home, 'triage.json'));
  }
  // Pianola's own command line on this machine's store.
  pianola(...args) {
    const { stdout, stderr, status } = spawnSync(pianola, [...args, '--json'], { env: this.env, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout);
  }
}

// The stand-in for the time of one session; gives the requests that reached it.
async function session(answer, run) {
  const model = await startModel(answer);
  try {
    await run(model.url);
    return model.requests;
  } finally {
    model.stop();
  }
}

const says = () => ({ text: 'ok' });

// A workflow of one step, and a model that executes it with one slip: its turns in order.
const triage = {
  name: 'triage',
  title: 'Triage a text',
  description: 'Label a text as urgent or normal.',
  inputs: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  steps: [
    {
      id: 'label',
      title: 'Label it',
      instruction: 'Label this text: {{input.text}}',
      output: { type: 'object', properties: { label: { enum: ['urgent', 'normal'] } }, required: ['label'] },
    },
  ],
};

class Executor {
  constructor(prefix, lastly = says()) {
    this.prefix = prefix;
    this.lastly = lastly;
    this.requests = [];
  }

  isAsked({ tools, shown }) {
    return tools.includes(`${this.prefix}execution_start`) && shown.includes('You execute one workflow of Pianola');
  }
  answer(request) {
    this.requests.push(request);
    const execution_id = request.shown.match(/Execution ([0-9a-f-]{36}) \(triage/)?.[1];
    const handIn = (label) => ['execution_step', { execution_id, step: 'label', output: { label } }];
    const turns = [
      ['execution_start', { name: 'triage', input: { text: 'hello' }, executor: request.model }],
      handIn('maybe'),
      handIn('normal'),
      ['report_edge_case', { execution_id, step: 'label', situation: 'The text is a greeting' }],
      ['execution_finish', { execution_id, outcome: 'succeeded', confidence: 0.9 }],
    ];
    const turn = turns[this.requests.length - 1];
    return turn ? { call: { name: this.prefix + turn[0], input: turn[1] } } : this.lastly;
  }

  // What it was shown: its six tools and nothing of a designer's, the task, the step, the refusal, and how it ended.
  assertShown() {
    const { tools } = this.requests[0];
    const own = tools.filter((tool) => tool.startsWith(this.prefix)).map((tool) => tool.slice(this.prefix.length));
    assert.deepEqual(own.toSorted(), executorTools);
    assert.ok(!tools.some((tool) => designerTool.test(tool)), tools.join(' '));
    const shown = [
      /triage hello/,
      /Label this text/,
      /was refused: \/label must be one of .* 2 attempts left: correct it and hand it in again/,
      /This execution has ended: succeeded/,
      /edge_case|edge case/,
      /adherence/,
    ];
    shown.forEach((expected, turn) => assert.match(this.requests[turn].shown, expected));
  }

  // What the store knows of it afterwards.
  assertRecorded(machine, model) {
    const [{ execution_id }, ...others] = machine.pianola('execution', 'list').executions;
    assert.deepEqual(others, []);
    const { state, executor, adherence, hand_ins } = machine.pianola('execution', 'show', execution_id);
    assert.deepEqual({ state, executor, adherence }, { state: 'succeeded', executor: model, adherence: 1 });
    assert.deepEqual(hand_ins.map(({ result }) => result), ['refused', 'accepted']);
    const reports = machine.pianola('edge-case', 'list').edge_cases;
    assert.deepEqual(reports.map(({ situation }) => situation), ['The text is a greeting']);
  }
}

// The strong model's first turn hands over by `call`; the executor does as it does; whatever else is asked is answered.
function handedOver(executor, call) {
  let handed = false;
  return (request) => {
    if (executor.isAsked(request)) return executor.answer(request);
    if (handed || !call || !request.tools.includes(call.name)) return says();
    handed = true;
    return { call };
  };
}

describe('Claude Code', () => {
  const offline = { ANTHROPIC_API_KEY: 'sk-fake', CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' };
  const machine = () => new Machine('claude', offline);
  const strong = ['--model', 'claude-opus-4-8', '--output-format', 'json'];

  test('its validator finds nothing to complain of', async () => {
    const host = machine();
    await host.succeeds(['plugin', 'validate', '--strict', manifest('claude-code')]);
    host.put('claude-code', 'broken');
    host.write('broken/.claude-plugin/plugin.json', '{"name": "pianola", "unknown_member": 1}');
    assert.notEqual((await host.run(['plugin', 'validate', '--strict', join(host.home, 'broken')])).code, 0);
  });

  test('the plugin connects, and /pianola:run leads to the executor on haiku', async () => {
    const host = machine();
    await host.succeeds(['plugin', 'marketplace', 'add', manifest('claude-code')]);
    await host.succeeds(['plugin', 'install', 'pianola@pianola']);
    assert.match(await host.succeeds(['mcp', 'list']), /plugin:pianola:pianola: pianola serve - .*Connected/);

    host.design();
    const executor = new Executor('mcp__plugin_pianola_pianola__');
    const input = { description: 'Execute', subagent_type: 'pianola:executor', prompt: 'triage hello' };
    const question = ['-p', '/pianola:run triage hello', '--allowedTools', 'mcp__plugin_pianola_pianola__*', ...strong];
    const requests = await session(handedOver(executor, { name: 'Agent', input }), (url) =>
      host.succeeds(question, { ANTHROPIC_BASE_URL: url }),
    );
    assert.ok(requests[0].shown.includes('Hand it to the subagent `pianola:executor`'));
    executor.assertShown();
    executor.assertRecorded(host, 'claude-haiku-5-5');
  });

  test('what is installed connects beside what was there, and is gone when it is uninstalled', async () => {
    const host = machine();
    host.write('.claude.json', JSON.stringify({ numStartups: 3, mcpServers: { other: { command: 'no-such-program' } } }));
    host.install('claude-code');
    const listed = await host.succeeds(['mcp', 'list']);
    assert.match(listed, /pianola: pianola serve - .*Connected/);
    assert.match(listed, /other: no-such-program/);
    host.pianola('uninstall', 'claude-code');
    assert.doesNotMatch(await host.succeeds(['mcp', 'list']), /pianola/);
  });

  test('http.mcp.json reaches the server with the key from the environment', async () => {
    const host = machine();
    const config = ['--mcp-config', manifest('claude-code', 'http.mcp.json'), '--strict-mcp-config'];
    const requests = await session(says, (url) =>
      host.succeeds(['-p', 'hello', ...config, ...strong], { ANTHROPIC_BASE_URL: url, PIANOLA_URL: server.url }),
    );
    assert.ok(requests.at(-1).tools.includes('mcp__pianola__workflow_find'));
  });
});

describe('Codex', () => {
  const machine = () => new Machine('codex', { KEY: 'fake' });
  const provider = (url) => `{name="stand-in",base_url="${url}/v1",env_key="KEY",wire_api="responses"}`;
  const ask = (host, url, options, prompt) =>
    host.succeeds([
      ...['exec', '--strict-config', '--json', '--skip-git-repo-check', ...options],
      ...['-c', 'model_provider=stand-in', '-c', `model_providers.stand-in=${provider(url)}`, prompt],
    ]);

  test('takes what is installed, and knows the executor as an agent on gpt-6-luna', async () => {
    const host = machine();
    host.install('codex');
    host.put('codex/agents', '.codex/agents');
    assert.match(await host.succeeds(['mcp', 'list']), /pianola +pianola +serve/);
    const [request] = await session(says, (url) => ask(host, url, ['-m', 'gpt-6-luna'], 'hello'));
    assert.match(request.shown, /pianola-executor: \{/);
    assert.match(request.shown, /This role's model is set to `gpt-6-luna`/);
    assert.match(request.shown, /mcp__pianola/);
  });

  test('takes the profile: the executor on gpt-6-luna', async () => {
    const host = machine();
    host.put('codex/pianola-executor.config.toml', '.codex/pianola-executor.config.toml');
    const [request] = await session(says, (url) => ask(host, url, ['-p', 'pianola-executor'], 'triage hello'));
    assert.equal(request.model, 'gpt-6-luna');
    assert.match(request.shown, /You execute one workflow of Pianola on one input/);
    assert.match(request.shown, /mcp__pianola/);
  });

  test('takes the address and the variable for the key', async () => {
    const host = machine();
    host.installRemote('codex');
    assert.match(await host.succeeds(['mcp', 'list']), /PIANOLA_KEY/);
    const [request] = await session(says, (url) => ask(host, url, ['-m', 'gpt-6-luna'], 'hello'));
    assert.match(request.shown, /mcp__pianola/);
  });

  test('lists no server where the program is not there', async () => {
    const host = machine();
    host.write('.codex/config.toml', '[mcp_servers.pianola]\ncommand = "no-such-program"\n');
    const [request] = await session(says, (url) => ask(host, url, ['-m', 'gpt-6-luna'], 'hello'));
    assert.doesNotMatch(request.shown, /mcp__pianola/);
  });
});

describe('Gemini CLI', () => {
  const machine = () => {
    const host = new Machine('gemini', { GEMINI_API_KEY: 'fake', GEMINI_CLI_TRUST_WORKSPACE: 'true' });
    const auth = { selectedType: 'gemini-api-key' };
    const settings = { security: { auth }, privacy: { usageStatisticsEnabled: false } };
    host.write('.gemini/settings.json', JSON.stringify(settings));
    return host;
  };

  test('its validator takes the extension', async () => {
    const output = await machine().succeeds(['extensions', 'validate', manifest('gemini-cli')]);
    assert.match(output, /successfully validated/);
  });

  test('the extension connects, and /pianola:run leads to the executor on gemini-2.5-flash-lite', async () => {
    const host = machine();
    await host.succeeds(['extensions', 'link', manifest('gemini-cli'), '--consent']);
    assert.match(await host.succeeds(['mcp', 'list']), /pianola serve \(stdio\) - Connected/);
    assert.match(await host.succeeds(['skills', 'list']), /pianola \[Enabled\]/);

    host.design();
    const input = { agent_name: 'pianola-executor', prompt: 'triage hello' };
    const question = ['-m', 'gemini-2.5-pro', '--approval-mode', 'yolo', '-p', '/pianola:run triage hello'];
    const executor = new Executor('mcp_pianola_', { call: { name: 'complete_task', input: { result: 'ok' } } });
    const requests = await session(handedOver(executor, { name: 'invoke_agent', input }), (url) =>
      host.succeeds(question, { GOOGLE_GEMINI_BASE_URL: url }),
    );
    assert.ok(requests[0].shown.includes('Hand it to the subagent `pianola-executor`'));
    executor.assertShown();
    executor.assertRecorded(host, 'gemini-2.5-flash-lite');
  });

  test('what is installed connects, and is gone when it is uninstalled', async () => {
    const host = machine();
    host.install('gemini-cli');
    assert.match(await host.succeeds(['mcp', 'list']), /pianola serve \(stdio\) - Connected/);
    host.pianola('uninstall', 'gemini-cli');
    assert.doesNotMatch(await host.succeeds(['mcp', 'list']), /pianola/);
  });

  test('the address that is installed is reached with the key from the environment', async () => {
    const host = machine();
    host.installRemote('gemini-cli');
    assert.match(await host.succeeds(['mcp', 'list']), /pianola: .* - Connected/);
    assert.doesNotMatch(await host.succeeds(['mcp', 'list'], { PIANOLA_KEY: 'wrong' }), /- Connected/);
  });
});

describe('opencode', { skip: process.arch !== 'x64' && 'npm has opencode-linux-x64-baseline alone' }, () => {
  const offline = { OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_MODELS_FETCH: '1' };
  const machine = () => new Machine('opencode', offline);
  const config = '.config/opencode';

  test('takes its files, and /pianola-run leads to the executor on claude-haiku-5-5', async () => {
    const host = machine();
    host.install('opencode');
    for (const each of ['agents', 'commands', 'skills']) host.put(`opencode/${each}`, `${config}/${each}`);
    assert.match(await host.succeeds(['mcp', 'list']), /pianola .*connected/);
    assert.match(await host.succeeds(['debug', 'skill']), /"name": "pianola"/);

    const models = { 'claude-haiku-5-5': {}, 'claude-opus-4-8': {} };
    const anthropic = (url) => ({ options: { apiKey: 'fake', baseURL: `${url}/v1` }, models });
    const command = ['--command', 'pianola-run', 'triage', 'hello'];
    host.design();
    const executor = new Executor('pianola_');
    await session(handedOver(executor), (url) =>
      host.succeeds(['run', '--format', 'json', '-m', 'anthropic/claude-opus-4-8', ...command], {
        OPENCODE_CONFIG_CONTENT: JSON.stringify({ provider: { anthropic: anthropic(url) } }),
      }),
    );
    executor.assertShown();
    executor.assertRecorded(host, 'claude-haiku-5-5');
    assert.ok(!executor.requests[0].tools.some((tool) => ['bash', 'edit', 'write', 'task'].includes(tool)));
  });

  test('the address that is installed is reached with the key from the environment', async () => {
    const host = machine();
    host.installRemote('opencode');
    assert.match(await host.succeeds(['mcp', 'list']), /pianola .*connected/);
    assert.doesNotMatch((await host.run(['mcp', 'list'], { PIANOLA_KEY: 'wrong' })).output, /pianola .*connected/);
  });
});
