// The official TypeScript SDKs, 1.x (legacy) and 2.x (modern), play one story over real pipes: design, find, get,
// execute, report, review, revise, account; then everything else there is to read. Every result passes the SDK's own
// validation, and the last test of each asks whether every tool (accepted and refused), resource, template, prompt and
// completion was driven.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { greet } from './designs.mjs';
import { sdks, temporaryFolder } from './support.mjs';

for (const sdk of sdks) describe(sdk.name, () => playStory(sdk));

function playStory(sdk) {
  const folder = temporaryFolder();
  let session;
  let executionId;
  let reportId;

  const accepted = async (name, args) => {
    const called = await session.call(name, args);
    assert.ok(!called.result.isError, called.text);
    return called;
  };
  // What the model can mend is a result that names the rule by its code, and says the same as text.
  const refused = async (name, args, code) => {
    const called = await session.call(name, args);
    assert.equal(called.result.isError, true, called.text);
    assert.equal(called.facts.error.code, code, called.text);
    assert.match(called.facts.error.place ?? '', /^(\/|$)/, 'a place is a JSON Pointer');
    assert.deepEqual(JSON.parse(called.text), called.facts);
    return called;
  };

  before(async () => {
    session = await sdk.connect(folder.path);
  });

  after(async () => {
    await session.close();
    folder.remove();
  });

  test('lists ten tools with complete annotations, and no schema that hosts reject', async () => {
    const { tools } = await session.client.listTools();
    assert.equal(tools.length, 10);
    for (const tool of tools) {
      for (const hint of ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint']) {
        assert.equal(typeof tool.annotations[hint], 'boolean', `${tool.name} ${hint}`);
      }
      assert.equal(tool.inputSchema.additionalProperties, false, tool.name);
      for (const combiner of ['anyOf', 'oneOf', 'allOf']) assert.ok(!(combiner in tool.inputSchema), tool.name);
    }
  });

  test('gives instructions', () => {
    assert.match(session.client.getInstructions(), /workflow_find/);
  });

  test('workflow_save publishes a design as 1.0.0, and refuses an unnamed base', async () => {
    const { text, facts } = await accepted('workflow_save', { workflow: greet, design_cost_usd: 0.5 });
    assert.equal(facts.version, '1.0.0');
    assert.equal(facts.status, 'published');
    assert.deepEqual(JSON.parse(text), facts);
    await refused('workflow_save', { workflow: { ...greet, title: 'Other' } }, 'base_version_required');
  });

  test('workflow_find finds it, and refuses a limit of nothing', async () => {
    const { text, facts } = await accepted('workflow_find', { task: 'greeting for a person' });
    assert.equal(facts.fits, true, text);
    assert.equal(facts.candidates[0].name, 'greet');
    await refused('workflow_find', { limit: 0 }, 'bad_value');
  });

  test('workflow_get gives the playbook, and answers an unknown name with the nearest', async () => {
    const { text, result } = await accepted('workflow_get', { name: 'greet' });
    assert.match(text, /^To run this, call execution_start with name "greet"/);
    assert.equal(result.structuredContent, undefined, 'what is to be read is text alone');
    const { text: nearest } = await refused('workflow_get', { name: 'gret' }, 'unknown_workflow');
    assert.match(nearest, /greet/);
  });

  test('execution_start takes a file for a long text, and refuses an input that breaks the schema', async () => {
    writeFileSync(join(folder.path, 'letter.txt'), 'Dear friend,\nthis letter is long.\n');
    const { text, execution } = await accepted('execution_start', {
      name: 'greet',
      input: { person: 'Ada' },
      input_files: { letter: join(folder.path, 'letter.txt') },
      executor: 'claude-haiku-4-5',
    });
    executionId = execution.execution_id;
    assert.equal(execution.step, 'write');
    assert.ok(text.includes('Ada'));
    await refused('execution_start', { name: 'greet', input: { person: 7 } }, 'bad_input');
  });

  test('execution_step refuses an output that breaks a rule, then takes one that passes', async () => {
    const { facts } = await refused(
      'execution_step',
      { execution_id: executionId, step: 'write', output: { line: 'Hi' } },
      'output_refused',
    );
    assert.equal(facts.error.attempts_left, 2);
    const { text } = await accepted('execution_step', { execution_id: executionId });
    assert.match(text, /write/, 'the id alone says where the execution is');
    const { execution } = await accepted('execution_step', {
      execution_id: executionId,
      step: 'write',
      output: { line: 'Hello, Ada!' },
    });
    assert.equal(execution.state, 'succeeded');
  });

  test('execution_finish gives the three answers, and refuses what contradicts the record', async () => {
    const { facts } = await accepted('execution_finish', {
      execution_id: executionId,
      outcome: 'succeeded',
      usage: { input_tokens: 900, output_tokens: 40, model: 'claude-haiku-4-5' },
    });
    assert.equal(facts.state, 'succeeded');
    assert.equal(facts.followed.adherence, 1, JSON.stringify(facts));
    await refused('execution_finish', { execution_id: executionId, outcome: 'failed' }, 'execution_ended');
  });

  test('a whole execution is handed in at once', async () => {
    const { result, execution } = await accepted('execution_start', {
      name: 'greet',
      input: { person: 'Grace' },
      mode: 'whole',
      executor: 'claude-haiku-4-5',
    });
    assert.equal(result.content.length, 2, 'the id, the playbook');
    const { facts } = await accepted('execution_finish', {
      execution_id: execution.execution_id,
      outcome: 'succeeded',
      steps: [{ step: 'write', output: { line: 'Hello, Grace!' } }],
    });
    assert.equal(facts.state, 'succeeded');
  });

  test('report_edge_case counts a report told twice, and refuses one without a workflow', async () => {
    const situation = 'The person is a company, not a human.';
    const first = await accepted('report_edge_case', { name: 'greet', situation, severity: 'high' });
    const again = await accepted('report_edge_case', { name: 'greet', situation });
    reportId = first.facts.id;
    assert.equal(again.facts.id, reportId);
    assert.equal(again.facts.count, 2);
    await refused('report_edge_case', { situation }, 'missing_argument');
  });

  test('workflow_review tells of it, and refuses an unknown name', async () => {
    const { text } = await accepted('workflow_review', { name: 'greet' });
    assert.ok(text.includes('company'), text);
    assert.ok(text.includes(reportId), text);
    await refused('workflow_review', { name: 'gret' }, 'unknown_workflow');
  });

  test('a partial save makes the next version and resolves the report', async () => {
    const { facts } = await accepted('workflow_save', {
      workflow: {
        name: 'greet',
        edge_cases: [{ id: 'company', when: 'The person is a company.', then: 'Greet its team.', severity: 'medium' }],
      },
      base_version: '1.0.0',
      resolves: [reportId],
      design_cost_usd: 0.05,
    });
    assert.equal(facts.version, '1.1.0');
    const { text } = await accepted('workflow_get', { name: 'greet' });
    assert.ok(text.includes('Greet its team.') && text.includes('Hello, friend!'), 'what was not named stayed');
  });

  test('edge_case_resolve settles another, and refuses an unknown one', async () => {
    const { facts } = await accepted('report_edge_case', { name: 'greet', situation: 'The line must rhyme, in Latin.' });
    const settled = await accepted('edge_case_resolve', { id: facts.id, resolution: 'rejected', reason: 'Too rare.' });
    assert.equal(settled.facts.status, 'rejected');
    const unknown = facts.id.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    await refused('edge_case_resolve', { id: unknown, resolution: 'accepted' }, 'unknown_edge_case');
  });

  test('cost_summary accounts for it, and refuses a date that is none', async () => {
    const { facts } = await accepted('cost_summary', { name: 'greet', group_by: 'model' });
    assert.equal(facts.executions, 2);
    assert.equal(facts.design_cost, 0.5);
    assert.equal(facts.revision_cost, 0.05);
    await refused('cost_summary', { since: 'yesterday' }, 'bad_date');
  });

  test('reads every resource that is listed, and one of every template', async () => {
    const { resources } = await session.client.listResources();
    assert.deepEqual(
      resources.map((resource) => resource.uri),
      ['pianola://prices', 'pianola://savings', 'workflow://greet'],
    );
    for (const { uri, mimeType } of resources) assert.equal((await session.resource(uri)).mimeType, mimeType);
    assert.match((await session.resource('workflow://greet/1.0.0')).text, /Greet a person/);
    assert.match((await session.resource('workflow://greet/edge-cases')).text, /company/);
    const execution = JSON.parse((await session.resource(`execution://${executionId}`)).text);
    assert.equal(execution.state, 'succeeded');
    assert.equal(execution.hand_ins.length, 2);
  });

  test('a resource that is not there is an error that names it', async () => {
    await assert.rejects(session.client.readResource({ uri: 'workflow://nothing' }), /workflow:\/\/nothing/);
  });

  test('gives every prompt, whatever the arguments are', async () => {
    assert.match(await session.prompt('design_workflow', { task: 'sort mail' }), /sort mail/);
    assert.match(await session.prompt('execute_workflow', { name: 'greet', input: 'Ada' }), /greet/);
    assert.match(await session.prompt('review_edge_cases', { name: '$1' }), /\$1/);
    assert.match(await session.prompt('improve_workflow', {}), /workflow_review/);
  });

  test('completes names, versions and ids', async () => {
    assert.deepEqual(await session.complete('workflow://{name}', 'name', 'gr'), ['greet']);
    assert.deepEqual(await session.complete('workflow://{name}/edge-cases', 'name', 'x'), []);
    const version = 'workflow://{name}/{version}';
    assert.deepEqual(await session.complete(version, 'name', ''), ['greet']);
    const versions = await session.complete(version, 'version', '1.', { name: 'greet' });
    assert.deepEqual(versions.toSorted(), ['1.0.0', '1.1.0']);
    const ids = await session.complete('execution://{id}', 'id', executionId.slice(0, 8));
    assert.ok(ids.includes(executionId));
    for (const prompt of ['execute_workflow', 'review_edge_cases', 'improve_workflow']) {
      assert.deepEqual(await session.complete(prompt, 'name', 'g'), ['greet'], prompt);
    }
  });

  test('an unknown tool is an error of the protocol', async () => {
    await assert.rejects(session.client.callTool({ name: 'workflow_fetch', arguments: {} }), { code: -32602 });
  });

  test('executors see six tools, and nothing of a designer', async () => {
    const executor = await sdk.connect(folder.path, 'executor');
    try {
      const { tools } = await executor.client.listTools();
      assert.equal(tools.length, 6);
      await assert.rejects(executor.client.callTool({ name: 'cost_summary', arguments: {} }), { code: -32602 });
      const { resources } = await executor.client.listResources();
      assert.deepEqual(resources.map((resource) => resource.uri), ['workflow://greet']);
    } finally {
      await executor.close();
    }
  });

  test('drove everything there is', async () => {
    const names = (list) => list.map((item) => item.name).toSorted();
    const { tools } = await session.client.listTools();
    assert.deepEqual([...session.accepted].toSorted(), names(tools), 'accepted');
    assert.deepEqual([...session.refused].toSorted(), names(tools), 'refused');
    const { prompts } = await session.client.listPrompts();
    assert.deepEqual([...session.prompted].toSorted(), names(prompts));
    const { resourceTemplates } = await session.client.listResourceTemplates();
    const completable = resourceTemplates.flatMap(({ uriTemplate }) =>
      [...uriTemplate.matchAll(/\{(\w+)\}/g)].map(([, variable]) => `${uriTemplate} ${variable}`),
    );
    for (const { uriTemplate } of resourceTemplates) {
      const form = new RegExp(`^${uriTemplate.replace(/\{\w+\}/g, '[^/]+')}$`);
      assert.ok(session.read.some((uri) => form.test(uri)), uriTemplate);
    }
    for (const each of completable) assert.ok(session.completed.has(each), each);
  });
}
