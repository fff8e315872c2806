// The inspector's command line, the strictest client there is (in the modern era it refuses lists without caching
// hints), drives tools, resources and prompts in every era it knows, with a connection and a server process for each
// call. Its program runs once in a process of its own; all else calls the same entry point here, which saves the
// second that loading it takes.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import { greet } from './designs.mjs';
import { pianola, serveArguments, temporaryFolder } from './support.mjs';

const clients = join(import.meta.dirname, 'node_modules/@modelcontextprotocol/inspector/clients');
const home = temporaryFolder();
process.env.HOME = home.path; // it looks there for servers it knows
const { runCli } = await import(join(clients, 'cli/build/index.js'));
const exitOfToolError = 5;

after(() => home.remove());

for (const era of ['legacy', 'auto', 'modern']) describe(`the inspector, ${era}`, () => driveEverything(era));

function driveEverything(era) {
  const folder = temporaryFolder();
  after(() => folder.remove());
  const output = join(folder.path, 'shown.json');

  const options = (method, given) =>
    [pianola, ...serveArguments(folder.path), '--protocol-era', era, '--method', method, ...given];

  // The result that a method shows; what the program would exit with is the exception's exitCode.
  const shown = async (method, ...given) => {
    rmSync(output, { force: true });
    await runCli([process.execPath, 'inspector', ...options(method, given), '--quiet', '--output', output]);
    return JSON.parse(readFileSync(output, 'utf8'));
  };
  const called = new Set();
  const call = (name, args) => {
    called.add(name);
    return shown('tools/call', '--tool-name', name, '--tool-args-json', JSON.stringify(args));
  };
  let executionId;
  let tools;

  test('runs as a program', () => {
    const args = [join(clients, 'launcher/build/index.js'), '--cli', ...options('tools/list', ['--format', 'json'])];
    const { result } = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
    assert.equal(result.tools.length, 10);
  });

  test('lists ten tools, portable for every host', async () => {
    ({ tools } = await shown('tools/list', '--strict'));
    assert.equal(tools.length, 10);
  });

  test('designs, finds and gets', async () => {
    assert.equal((await call('workflow_save', { workflow: greet, design_cost_usd: 0.5 })).structuredContent.version, '1.0.0');
    assert.equal((await call('workflow_find', { task: 'greet' })).structuredContent.fits, true);
    assert.match((await call('workflow_get', { name: 'greet' })).content[0].text, /^To run this/);
  });

  test('executes, a connection for every call', async () => {
    const started = await call('execution_start', { name: 'greet', input: { person: 'Ada' } });
    executionId = started._meta['pianola/execution'].execution_id;
    const step = { execution_id: executionId, step: 'write', output: { line: 'Hello, Ada!' } };
    assert.equal((await call('execution_step', step))._meta['pianola/execution'].state, 'succeeded');
    const finished = await call('execution_finish', { execution_id: executionId, outcome: 'succeeded' });
    assert.equal(finished.structuredContent.state, 'succeeded');
  });

  test('reports, resolves, reviews and accounts', async () => {
    const { structuredContent } = await call('report_edge_case', { name: 'greet', situation: 'A company, no human.' });
    assert.match((await call('workflow_review', { name: 'greet' })).content[0].text, /A company/);
    await call('edge_case_resolve', { id: structuredContent.id, resolution: 'rejected', reason: 'Rare.' });
    assert.equal((await call('cost_summary', { name: 'greet' })).structuredContent.executions, 1);
    assert.deepEqual([...called].toSorted(), tools.map((tool) => tool.name).toSorted(), 'every tool was called');
  });

  test('shows a refusal as a tool error', async () => {
    const unknown = shown('tools/call', '--tool-name', 'workflow_get', '--tool-arg', 'name=gret');
    await assert.rejects(unknown, { exitCode: exitOfToolError });
  });

  test('lists and reads resources', async () => {
    const { resources } = await shown('resources/list');
    const { resourceTemplates } = await shown('resources/templates/list');
    assert.equal(resourceTemplates.length, 4);
    const templated = ['workflow://greet/1.0.0', 'workflow://greet/edge-cases', `execution://${executionId}`];
    for (const uri of [...resources.map((resource) => resource.uri), ...templated]) {
      assert.equal((await shown('resources/read', '--uri', uri)).contents[0].uri, uri);
    }
  });

  test('lists and gets prompts', async () => {
    const { prompts } = await shown('prompts/list');
    for (const prompt of prompts) {
      const given = prompt.arguments.map((argument) => `${argument.name}=greet`);
      const { messages } = await shown('prompts/get', '--prompt-name', prompt.name, '--prompt-args', ...given);
      assert.match(messages[0].content.text, /greet/, prompt.name);
    }
  });
}
