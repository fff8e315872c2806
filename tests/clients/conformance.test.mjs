// The official conformance suite against the fixture (a second program on the protocol layer), in every revision that it
// knows, and against `pianola serve --http` where a scenario needs none of the fixture's names. docs/conformance.md lists
// the same, scenario by scenario; the last test compares.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { promisify } from 'node:util';

import { startServer } from './http-server.mjs';
import { pianola, root, temporaryFolder } from './support.mjs';

const suite = join(import.meta.dirname, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
const exampleDesign = join(root, 'tools/example_design.json');
const fixture = join(root, 'build-debug/tests/conformance_fixture');
const revisions = ['2025-06-18', '2025-11-25', '2026-07-28'];
const withoutFixture = {
  '2025-06-18': ['server-initialize', 'server-session-lifecycle', 'ping', 'tools-list', 'resources-list', 'prompts-list'],
  '2025-11-25': [
    'server-initialize',
    'server-session-lifecycle',
    'ping',
    'tools-list',
    'resources-list',
    'prompts-list',
    'dns-rebinding-protection',
    'server-sse-multiple-streams',
  ],
  '2026-07-28': [
    'server-stateless',
    'tools-list',
    'resources-list',
    'prompts-list',
    'dns-rebinding-protection',
    'caching',
    'http-header-validation',
    'server-sse-multiple-streams',
    'sep-2164-resource-not-found',
    'input-required-result-unsupported-methods',
  ],
};

// Scenarios of extensions are of no revision: they are asked for by name, and forced.
const extensions = ['sep-2640-skills-enumeration', 'sep-2640-skills-manifest', 'sep-2640-skills-directory'];

const folder = temporaryFolder();
after(() => folder.remove());

// Runs scenarios and gives their checks, by scenario.
async function run(url, revision, name, choice) {
  const output = join(folder.path, name);
  const args = [suite, 'server', '--url', url, '--spec-version', revision, '--output-dir', output, ...choice];
  let log = '';
  try {
    log = (await promisify(execFile)(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 26 })).stdout;
  } catch (error) {
    log = error.stdout; // the checks say what failed
  }
  const scenarios = new Map();
  for (const each of readdirSync(output)) {
    const scenario = each.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT[\d-]+Z$/, '');
    scenarios.set(scenario, JSON.parse(readFileSync(join(output, each, 'checks.json'), 'utf8')));
  }
  assert.ok(scenarios.size > 0, log);
  return scenarios;
}

// Scenarios one by one.
async function runEach(url, revision, name, scenarios, more = []) {
  const runs = new Map();
  for (const scenario of scenarios) {
    const ran = await run(url, revision, `${name}-${revision}-${scenario}`, ['--scenario', scenario, ...more]);
    for (const [each, checks] of ran) runs.set(each, checks);
  }
  return runs;
}

// Checks for a later revision are skipped by the suite; nothing else may be but a success or a remark, and what asks
// for a tool of the fixture's where there is none, or for a resource that is listed for clients alone that declare the
// extension, which the suite's does not.
function assertPassed(scenarios, { hasFixture }) {
  for (const [scenario, checks] of scenarios) {
    for (const check of checks) {
      const untestable =
        /^Not testable: (server does not list the diagnostic tool 'test_\w+'|SKILL.md skill:\S+ is not listed in resources\/list)/;
      const needsFixture = !hasFixture && untestable.test(check.errorMessage ?? '');
      const passed = needsFixture || ['SUCCESS', 'INFO', 'SKIPPED'].includes(check.status);
      assert.ok(passed, `${scenario}: ${check.id} ${check.status} ${check.errorMessage ?? ''}`);
    }
    assert.ok(checks.some((check) => check.status === 'SUCCESS'), `${scenario}: nothing was checked`);
  }
}

const ran = new Map();

describe('the official suite, against the fixture', () => {
  for (const revision of revisions) {
    test(revision, async () => {
      const server = await startServer(fixture, ['--http', '0']);
      const scenarios = await run(server.url, revision, `fixture-${revision}`, ['--suite', 'all']);
      const ofExtensions = await runEach(server.url, revision, 'fixture', extensions, ['--force']);
      for (const [scenario, checks] of ofExtensions) scenarios.set(scenario, checks);
      assert.equal(await server.stop(), 0);
      assertPassed(scenarios, { hasFixture: true });
      ran.set(revision, scenarios);
    });
  }

  test('is what docs/conformance.md lists', () => {
    const listed = readFileSync(join(root, 'docs/conformance.md'), 'utf8').match(/^\| [a-z].*\|$/gm);
    const rows = listed.map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
    const names = new Set([...ran.values()].flatMap((scenarios) => [...scenarios.keys()]));
    const expected = [...names].sort().map((name) => [
      name,
      ...revisions.map((revision) => {
        const checks = ran.get(revision).get(name);
        return checks ? 'passes' : '';
      }),
    ]);
    assert.deepEqual(rows.filter(([name]) => name !== 'scenario'), expected);
  });
});

describe('the official suite, against pianola serve --http', () => {
  for (const revision of revisions) {
    test(revision, async () => {
      const store = join(folder.path, `store-${revision}.db`);
      await promisify(execFile)(pianola, ['workflow', 'import', exampleDesign, '--store', store]);
      const server = await startServer(pianola, ['serve', '--http', '127.0.0.1:0', '--store', store]);
      const runs = await runEach(server.url, revision, 'own', withoutFixture[revision]);
      const ofExtensions = await runEach(server.url, revision, 'own', extensions, ['--force']);
      assert.equal(await server.stop(), 0);
      assertPassed(runs, { hasFixture: false });
      assertPassed(ofExtensions, { hasFixture: false });
    });
  }
});
