// The whole tools/list stays small, since a host pays for it in every conversation: o200k tokens of the compact JSON of
// result.tools in 2026-07-28.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { encode } from 'gpt-tokenizer/encoding/o200k_base';

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};

function ask(role, method) {
  const folder = mkdtempSync(join(tmpdir(), 'pianola-budget-'));
  const line = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { _meta: meta } }) + '\n';
  const { stdout } = spawnSync(process.env.PIANOLA, ['serve', '--store', join(folder, 'store.db'), '--role', role], {
    input: line,
    encoding: 'utf8',
  });
  rmSync(folder, { recursive: true, force: true });
  return JSON.parse(stdout).result;
}

test('all ten tools take at most 2,600 tokens', () => {
  const { tools } = ask('designer', 'tools/list');
  assert.equal(tools.length, 10);
  assert.ok(encode(JSON.stringify(tools)).length <= 2600, `${encode(JSON.stringify(tools)).length} tokens`);
});

test("the executors' six take at most 1,500 tokens", () => {
  const { tools } = ask('executor', 'tools/list');
  assert.equal(tools.length, 6);
  assert.ok(encode(JSON.stringify(tools)).length <= 1500, `${encode(JSON.stringify(tools)).length} tokens`);
});

test('the instructions take less than 150 tokens', () => {
  const { instructions } = ask('designer', 'server/discover');
  assert.ok(encode(instructions).length < 150, `${encode(instructions).length} tokens`);
});
