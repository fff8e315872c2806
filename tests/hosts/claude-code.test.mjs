// Claude Code: registered by `pianola install`, and by the plugin, whose commands have the strong model design and hand
// over to the subagent on haiku.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { assertDocumented, fromNothing, Machine, manifest, remote, session } from './machine.mjs';
import {
  assertRecorded,
  assertTools,
  delegator,
  design,
  designer,
  executor,
  input,
  Names,
  seeker,
  task,
  turn,
} from './models.mjs';

const strong = 'claude-opus-5-5';
const weak = 'claude-haiku-5-5';
const installed = 'mcp__pianola__';
const plugin = 'mcp__plugin_pianola_pianola__';
const patient = '600000'; // milliseconds
const machine = () =>
  new Machine('claude-code', {
    ANTHROPIC_API_KEY: 'sk-fake',
    // Where nobody answers: else it waits for its vendor at the end of each command.
    ANTHROPIC_BASE_URL: 'http://127.0.0.1:9',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    MCP_CONNECTION_NONBLOCKING: '0',
    MCP_CONNECT_TIMEOUT_MS: patient,
    MCP_TIMEOUT: patient,
  });
const ask = (host, url, prompt, ...options) =>
  host.succeeds(
    [
      ...['-p', prompt, '--model', strong, '--output-format', 'json'],
      ...['--allowedTools', `${installed}*`, `${plugin}*`, ...options],
    ],
    { ANTHROPIC_BASE_URL: url },
  );
const withPlugin = async () => {
  const host = machine();
  await host.succeeds(['plugin', 'marketplace', 'add', manifest('claude-code')]);
  await host.succeeds(['plugin', 'install', 'pianola@pianola']);
  return host;
};

const uses = (name, each) => turn([], () => ({ call: { name, input: each } }));

// The strong model is asked, and hands over to the subagent, which executes.
async function handsOver(host, prompt, subagent_type, prefix, handed) {
  const told = [
    'Workflow and input: ',
    input,
    `Do not execute it yourself. Hand it to the subagent \`${subagent_type}\``,
  ];
  const call = { name: 'Agent', input: { description: 'Execute', subagent_type, prompt: handed } };
  const hands = delegator(strong, told, () => ({ call }));
  const executes = executor(weak, new Names(prefix), ['You execute one workflow of Pianola, on one input', handed]);
  await session([hands, executes], (url) => ask(host, url, prompt));
  assertTools(executes.requests[0], prefix, ['DeferredToolPlaceholder', 'Read']);
}

describe('Claude Code', () => {
  test('from nothing to a tool call', async (t) => {
    const host = machine();
    host.write(
      '.claude.json',
      JSON.stringify({ numStartups: 3, mcpServers: { other: { command: 'no-such-program' } } }),
    );
    const model = seeker(strong, new Names(installed), [host.instructions()]);
    await fromNothing(t, host, model, (url) => ask(host, url, task));
    assertDocumented('Claude Code', host);

    const listed = await host.succeeds(['mcp', 'list']);
    assert.match(listed, /pianola: pianola serve - .*Connected/);
    assert.match(listed, /other: no-such-program/);
    host.uninstall();
    assert.doesNotMatch(await host.succeeds(['mcp', 'list']), /pianola/);
  });

  test('the four prompts are slash commands', async () => {
    const host = machine();
    host.install();
    const prompts = {
      design_workflow: [
        'sorting',
        /Design a workflow that a cheaper model can follow without you[^]*\nTask: sorting\n/,
      ],
      execute_workflow: [
        'triage hello',
        /Execute the workflow triage on this input: hello\n\nCall execution_start with/,
      ],
      review_edge_cases: ['triage', /Review the open edge cases of the workflow triage\.\n\nCall workflow_review/],
      improve_workflow: ['triage', /Improve the workflow triage\.\n\nCall workflow_review/],
    };
    for (const [name, [values, text]] of Object.entries(prompts)) {
      const [request] = await session([], (url) => ask(host, url, `/${installed}${name} ${values}`));
      assert.match(request.asked, text);
    }
  });

  test('its validator finds nothing to complain of', async () => {
    const host = machine();
    await host.succeeds(['plugin', 'validate', '--strict', manifest('claude-code')]);
    host.put('claude-code', 'broken');
    host.write('broken/.claude-plugin/plugin.json', '{"name": "pianola", "unknown_member": 1}');
    assert.notEqual((await host.run(['plugin', 'validate', '--strict', `${host.home}/broken`])).code, 0);
  });

  test("the plugin's /pianola:design saves a workflow, and /pianola:run has the executor execute it", async () => {
    const host = await withPlugin();
    assert.match(await host.succeeds(['mcp', 'list']), /plugin:pianola:pianola: pianola serve - .*Connected/);

    // What executes is there from the start; the rest of the tools it looks up.
    const search = uses('ToolSearch', { query: `select:${plugin}workflow_save` });
    const designs = designer(strong, weak, new Names(plugin, { first: { strong: [search] } }), [
      `Design a workflow of Pianola for this task: ${task}`,
      host.instructions(),
      '- pianola:pianola: Looks for a saved Pianola workflow before work that may repeat',
    ]);
    await session([designs], (url) => ask(host, url, `/pianola:design ${task}`));

    await handsOver(host, `/pianola:run triage: ${input}`, 'pianola:executor', plugin, `triage: ${input}`);
    assertRecorded(host, { strong, weak, design_cost: 0.14, execution_cost: 0.00055 });
  });

  test("the plugin's skill says when to look for a workflow, and when to design one", async () => {
    const host = await withPlugin();
    const skill = uses('Skill', { skill: 'pianola:pianola' });
    const model = seeker(strong, new Names(plugin, { first: { strong: [skill] } }), [
      'Before you sort, extract, check, draft, convert, review or report, call `workflow_find` with the task',
      'Design a workflow only if all of this holds: the work will come again, it can be a checklist',
    ]);
    await session([model], (url) => ask(host, url, task));
  });

  test('a workflow that is exported as a command and as an agent is handed over by its own name', async () => {
    const host = machine();
    host.install();
    host.save(design);
    for (const [form, folder] of Object.entries({ command: 'commands', agent: 'agents' })) {
      host.write(`.claude/${folder}/triage.md`, host.exported('triage', `claude-${form}`));
    }
    await handsOver(host, `/triage ${input}`, 'triage', installed, input);
  });

  test('http.mcp.json reaches the server with the key from the environment', async () => {
    const host = machine();
    host.env.PIANOLA_URL = remote.url;
    const config = ['--mcp-config', manifest('claude-code', 'http.mcp.json'), '--strict-mcp-config'];
    const model = seeker(strong, new Names(installed), [host.instructions()]);
    await session([model], (url) => ask(host, url, task, ...config));
  });
});
