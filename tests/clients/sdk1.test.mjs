// The official TypeScript SDK 1.x (legacy) plays a small story over a real pipe: design, find, get, execute, report,
// review, account. Every result passes the SDK's own validation.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

const folder = mkdtempSync(join(tmpdir(), 'pianola-sdk1-'));
const client = new Client({ name: 'sdk1-test', version: '1' });
let executionId;

const design = {
  name: 'greet',
  title: 'Greet a person',
  description: 'Writes a greeting for one person.',
  when_to_use: ['A person is to be greeted.'],
  designed_by: 'claude-opus-5-5',
  inputs: { type: 'object', properties: { person: { type: 'string' } }, required: ['person'] },
  steps: [
    {
      id: 'write',
      title: 'Write the greeting',
      instruction: 'Write one line that greets {{input.person}}.',
      output: { type: 'object', properties: { line: { type: 'string', minLength: 5 } }, required: ['line'] },
      examples: [{ input: { person: 'Ada' }, output: { line: 'Hello, Ada!' } }],
    },
  ],
  edge_cases: [{ id: 'no-name', when: 'The person has no name.', then: 'Write: Hello, friend!' }],
  escalation: { when: ['The person is rude.'], to: 'human' },
};

async function call(name, args) {
  const result = await client.callTool({ name, arguments: args });
  const text = result.content.map((block) => block.text).join('\n');
  return { result, text, facts: result.structuredContent };
}

before(async () => {
  await client.connect(
    new StdioClientTransport({
      command: process.env.PIANOLA,
      args: ['serve', '--store', join(folder, 'store.db'), '--root', folder],
      stderr: 'inherit',
    }),
  );
});

after(async () => {
  await client.close();
  rmSync(folder, { recursive: true, force: true });
});

test('lists ten tools with complete annotations', async () => {
  const { tools } = await client.listTools();
  assert.equal(tools.length, 10);
  for (const tool of tools) {
    for (const hint of ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint']) {
      assert.equal(typeof tool.annotations[hint], 'boolean', `${tool.name} ${hint}`);
    }
    assert.equal(tool.inputSchema.additionalProperties, false, tool.name);
  }
});

test('saves a design and publishes it as 1.0.0', async () => {
  const { result, text, facts } = await call('workflow_save', { workflow: design, design_cost_usd: 0.5 });
  assert.ok(!result.isError, text);
  assert.equal(facts.version, '1.0.0');
  assert.equal(facts.status, 'published');
  assert.deepEqual(JSON.parse(text), facts);
});

test('finds it and reads it as a playbook', async () => {
  const found = await call('workflow_find', { task: 'greeting for a person' });
  assert.equal(found.facts.fits, true, found.text);
  const got = await call('workflow_get', { name: 'greet' });
  assert.match(got.text, /^To run this, call execution_start with name "greet"/);
});

test('refuses an output that breaks a rule, then takes one that passes', async () => {
  const started = await call('execution_start', { name: 'greet', input: { person: 'Ada' }, executor: 'claude-haiku-4-5' });
  assert.ok(!started.result.isError, started.text);
  executionId = started.result._meta['pianola/execution'].execution_id;
  assert.ok(started.text.includes('Ada'));
  const refused = await call('execution_step', { execution_id: executionId, step: 'write', output: { line: 'Hi' } });
  assert.equal(refused.result.isError, true);
  assert.equal(refused.facts.error.code, 'output_refused');
  const accepted = await call('execution_step', { execution_id: executionId, step: 'write', output: { line: 'Hello, Ada!' } });
  assert.ok(!accepted.result.isError, accepted.text);
  assert.equal(accepted.result._meta['pianola/execution'].state, 'succeeded');
});

test('finishing gives the three answers', async () => {
  const { result, text, facts } = await call('execution_finish', {
    execution_id: executionId,
    outcome: 'succeeded',
    usage: { input_tokens: 900, output_tokens: 40, model: 'claude-haiku-4-5' },
  });
  assert.ok(!result.isError, text);
  assert.equal(facts.state, 'succeeded');
});

test('reports an edge case and reviews it', async () => {
  const reported = await call('report_edge_case', { name: 'greet', situation: 'The person is a company, not a human.' });
  assert.ok(!reported.result.isError, reported.text);
  const review = await call('workflow_review', { name: 'greet' });
  assert.ok(review.text.includes('company'), review.text);
});

test('accounts for what it cost', async () => {
  const { result, text, facts } = await call('cost_summary', { name: 'greet' });
  assert.ok(!result.isError, text);
  assert.equal(facts.executions, 1);
  assert.equal(facts.design_cost, 0.5);
});

test('an unknown name is answered with the nearest', async () => {
  const { result, text } = await call('workflow_get', { name: 'gret' });
  assert.equal(result.isError, true);
  assert.match(text, /greet/);
});

test('lists and reads resources, prompts and completions', async () => {
  const { resources } = await client.listResources();
  assert.ok(resources.some((resource) => resource.uri === 'workflow://greet'));
  const read = await client.readResource({ uri: 'workflow://greet' });
  assert.match(read.contents[0].text, /Greet a person/);
  const { prompts } = await client.listPrompts();
  assert.deepEqual(prompts.map((prompt) => prompt.name), [
    'design_workflow', 'execute_workflow', 'review_edge_cases', 'improve_workflow',
  ]);
  const { resourceTemplates } = await client.listResourceTemplates();
  assert.ok(resourceTemplates.length > 0);
});
