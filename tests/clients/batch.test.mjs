// One workflow on many inputs, by the official SDKs over real pipes: an item fails, the server is started anew in the
// middle, and the batch goes on.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { greet } from './designs.mjs';
import { sdks, temporaryFolder } from './support.mjs';

const people = ['Ada', 'Grace', 'Barbara', 'Edsger'];

for (const sdk of sdks) describe(sdk.name, () => playBatch(sdk));

function playBatch(sdk) {
  const folder = temporaryFolder();
  let session;
  let item;
  const ids = [];

  const call = async (name, args) => {
    const called = await session.call(name, args);
    assert.ok(!called.result.isError, called.text);
    return called;
  };
  const finish = (outcome, line) =>
    call('execution_finish', {
      execution_id: item.execution.execution_id,
      outcome,
      ...(line ? { steps: [{ step: 'write', output: { line } }] } : {}),
    });

  before(async () => {
    session = await sdk.connect(folder.path, 'designer');
    await call('workflow_save', { workflow: greet });
    await session.close();
    session = await sdk.connect(folder.path, 'executor');
    writeFileSync(join(folder.path, 'people.jsonl'), people.map((person) => `${JSON.stringify({ person })}\n`).join(''));
  });

  after(async () => {
    await session.close();
    folder.remove();
  });

  test('an item that does not fit is named, and nothing starts', async () => {
    const { facts } = await session.call('execution_start', { name: 'greet', inputs: [{ person: 'Ada' }, { person: 7 }] });
    assert.equal(facts.error.code, 'bad_input');
    assert.match(facts.error.message, /1 of 2 inputs do not fit.*Item 2: /s);
  });

  test('the first answer has the playbook, the next ones the input alone', async () => {
    item = await call('execution_start', { name: 'greet', input_files: { inputs: 'people.jsonl' }, mode: 'whole' });
    ids.push(item.execution.execution_id);
    assert.match(item.text, /This is item 1 of 4/);
    assert.match(item.text, /Write one line that greets/);
    item = await finish('succeeded', 'Hello, Ada!');
    ids.push(item.execution.execution_id);
    assert.match(item.text, /^Item 1 of 4: succeeded\.\nDo item 2/);
    assert.match(item.text, /Grace/);
    assert.doesNotMatch(item.text, /Write one line/);
  });

  test('an item that fails gives the next one', async () => {
    item = await finish('failed');
    assert.match(item.text, /^Item 2 of 4: failed\.\nDo item 3/);
    assert.deepEqual(item.execution.batch, { id: ids[0], item: 3, items: 4 });
  });

  test('a new process and the id alone say where the batch stands', async () => {
    await session.close();
    session = await sdk.connect(folder.path, 'executor');
    const { text } = await call('execution_step', { execution_id: item.execution.execution_id });
    assert.match(text, /This is item 3 of 4\. Batch of 4: 1 failed, 1 running, 1 succeeded, 1 not started\./);
    assert.match(text, /Barbara/);
    const found = await call('execution_step', { execution_id: ids[0] });
    assert.equal(found.execution.execution_id, item.execution.execution_id);
  });

  test('the last finish says how many succeeded, and which item did not', async () => {
    item = await finish('succeeded', 'Hello, Barbara!');
    const { facts } = await finish('succeeded', 'Hello, Edsger!');
    assert.deepEqual(facts.batch, {
      items: 4,
      failed: 1,
      succeeded: 3,
      not_succeeded: [{ item: 2, execution_id: ids[1], state: 'failed' }],
    });
  });
}
