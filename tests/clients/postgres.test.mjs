// PostgreSQL's own parser reads every migration and every statement of the common dialect, so that nothing enters that
// PostgreSQL could not run. The statements come from build-debug/tests/store_statements, the migrations are the files.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';

import { loadModule, parseSync } from 'pgsql-parser';

import { pianola, root } from './support.mjs';

const printer = process.env.STORE_STATEMENTS ?? join(dirname(pianola), 'tests', 'store_statements');
let everything;

before(async () => {
  await loadModule();
  everything = JSON.parse(execFileSync(printer, { encoding: 'utf8', maxBuffer: 1 << 24 }));
});

const refusals = (list) =>
  list.flatMap(({ name, sql }) => {
    try {
      parseSync(sql);
      return [];
    } catch (error) {
      return [`${name}: ${error.message}\n${sql}`];
    }
  });

test('every migration of the common dialect parses', () => {
  const files = readdirSync(join(root, 'store', 'migrations')).filter((file) => /(?<!\.sqlite)\.sql$/.test(file));
  const migrations = everything.filter(({ name }) => name.endsWith('.sql'));
  assert.deepEqual(migrations.map(({ name }) => name).toSorted(), files.toSorted());
  assert.deepEqual(refusals(migrations), []);
});

test('every statement of the common dialect parses', () => {
  const statements = everything.filter(({ name }) => !name.endsWith('.sql'));
  assert.ok(statements.length > 40, `${statements.length} statements`);
  assert.deepEqual(refusals(statements), []);
});

test('no named parameter is left, which PostgreSQL does not know', () => {
  for (const { sql } of everything) assert.doesNotMatch(sql.replace(/'[^']*'/g, ''), /(?<!:):[a-z_]+/);
});

// The negative control: what only SQLite knows is found by the same parser.
for (const sql of [
  'INSERT OR REPLACE INTO versions (name) VALUES ($1)',
  'CREATE VIRTUAL TABLE found USING fts5(name)',
  'SELECT name FROM versions WHERE name GLOB $1',
  'CREATE TABLE kept (name TEXT) WITHOUT ROWID',
  'PRAGMA journal_mode = WAL',
  'SELECT name FROM versions WHERE name = :name',
]) {
  test(`refuses what only SQLite knows: ${sql}`, () => assert.equal(refusals([{ name: 'control', sql }]).length, 1));
}
