// What packages carry: a man page and completions that tell of every command and option, the MCP bundle and the npm
// package with a program in them. The .deb and the tarball are installed by scripts/test-packages.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { getMcpConfigForManifest, unpackExtension } from '@anthropic-ai/mcpb';

import { product } from '../../manifests/description.mjs';
import { pianola, root, temporaryFolder } from './support.mjs';

const folder = temporaryFolder();
after(() => folder.remove());

const says = (...args) => execFileSync(pianola, args, { encoding: 'utf8' });

// The command and all below it, as --help tells: { words, options, commands, values }; `values` are those of an argument.
function commandsByHelp(words = []) {
  const help = says(...words, '--help');
  const sections = help.split(/^(?=[A-Z]\w*:)/m);
  const entries = (title) => {
    const section = sections.find((each) => each.startsWith(`${title}:`)) ?? '';
    return section.split('\n').filter((line) => /^ {2}\S/.test(line)).map((line) => line.trim());
  };
  const options = [...help.matchAll(/^ +(-\S*)/gm)].flatMap(([, names]) => names.split(',')); // groups of options too
  const commands = entries('Subcommands').map((line) => line.split(' ')[0]);
  const values = entries('Positionals').flatMap((line) => /:\{(.*?)\}/.exec(line)?.[1].split(',') ?? []);
  return [{ words, options, commands, values }, ...commands.flatMap((each) => commandsByHelp([...words, each]))];
}
const known = commandsByHelp();
const everywhere = known[0].options;

test('help tells of commands and options, and of values that an argument takes', () => {
  assert.ok(known.length > 30);
  const find = (words) => known.find((each) => each.words.join(' ') === words);
  assert.ok(find('serve').options.includes('--role'));
  assert.deepEqual(find('edge-case resolve').values, ['accepted', 'rejected', 'duplicate']);
  assert.ok(everywhere.includes('--store') && everywhere.includes('-h'));
});

describe('the man page', () => {
  const page = says('man-page');
  const plain = page.replaceAll(/\\f[BIR]/g, '').replaceAll('\\-', '-');
  const sections = new Map(
    plain.split(/^\.S[SH] /m).map((text) => [text.split('\n')[0].replace(/( \[?[A-Z].*)$/, ''), text]),
  );

  for (const { words, options } of known) {
    test(`has every option of pianola ${words.join(' ')}`, () => {
      const section = words.length ? sections.get(`pianola ${words.join(' ')}`) : sections.get('OPTIONS');
      assert.ok(section);
      for (const option of options) {
        if (words.length && everywhere.includes(option) && option !== '--version') continue;
        assert.match(section, new RegExp(`^\\.TP\\n(.*, )?${option}\\b`, 'm'), option);
      }
    });
  }

  test('is one that groff takes without a word', () => {
    const { status, stderr } = spawnSync('groff', ['-man', '-Tutf8', '-ww', '-z'], { input: page, encoding: 'utf8' });
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  });

  test('says the version, and the same every time', () => {
    assert.ok(page.includes(`pianola ${product.version}`));
    assert.equal(says('man-page'), page);
  });
});

// How each shell, having read its script, is asked what may stand where a command line ends: a program in its own
// language that prints for every line of words a line of what it offers.
const shells = {
  bash: (script, lines) => `source '${script}'
    offers() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _pianola; echo "\${COMPREPLY[*]}"; }
    ${lines.map((words) => `offers ${words.map((word) => `'${word}'`).join(' ')}`).join('\n')}`,
  // Its completions run inside the line editor alone: what they call there is stood in for.
  zsh: (script, lines) => `compdef() { }
    _files() { }
    _describe() { local name=\${@[-1]}; local -a all=("\${(@P)name}"); print -rn -- "\${(@)all%%:*} " }
    source '${script}'
    offers() { words=("$@"); CURRENT=$#; PREFIX=\${@[-1]}; _pianola; print }
    ${lines.map((words) => `offers ${words.map((word) => `'${word}'`).join(' ')}`).join('\n')}`,
  fish: (script, lines) => `source '${script}'
    ${lines.map((words) => `echo (complete -C '${words.join(' ')}' | string replace -r '\\t.*' '')`).join('\n')}`,
};

for (const [shell, program] of Object.entries(shells)) {
  describe(`completions for ${shell}`, () => {
    // Asks for what may follow each of `lines`.
    function offered(lines) {
      const script = join(folder.path, `pianola.${shell}`);
      writeFileSync(script, says('completion', shell));
      const asking = join(folder.path, `asking.${shell}`);
      writeFileSync(asking, program(script, lines));
      const { status, stdout, stderr } = spawnSync(shell, [asking], {
        encoding: 'utf8',
        env: { HOME: folder.path, PATH: process.env.PATH },
        cwd: folder.path,
      });
      assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
      return stdout.split('\n').map((line) => line.trim().split(' '));
    }

    test('offer every command, and the values of an argument', () => {
      const asked = known.filter(({ commands, values }) => commands.length + values.length > 0);
      const answers = offered(asked.map(({ words }) => ['pianola', ...words, '']));
      asked.forEach(({ words, commands, values }, index) => {
        const missing = [...commands, ...values].filter((each) => !answers[index].includes(each));
        assert.deepEqual(missing, [], `${words.join(' ')}: ${answers[index]}`);
      });
    });

    test('offer every option, also behind one with a value', () => {
      const answers = offered(known.map(({ words }) => ['pianola', '--store', 'serve', ...words, '--']));
      known.forEach(({ words, options }, index) => {
        const missing = options.filter((each) => each.startsWith('--') && !answers[index].includes(each));
        assert.deepEqual(missing, [], `${words.join(' ')}: ${answers[index]}`);
      });
    });

    test('offer the values of an option', () => {
      const [answer] = offered([['pianola', 'serve', '--role', '']]);
      assert.deepEqual(answer.toSorted(), ['admin', 'designer', 'executor', 'reviewer']);
    });
  });
}

const initialize = `${JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'packages-test', version: '1' } },
})}\n`;
const servedBy = (answer) => JSON.parse(answer).result.serverInfo;

describe('packages', () => {
  const program = join(folder.path, 'pianola');
  // Debugging information would only make the packing slow.
  before(() => execFileSync('strip', ['-o', program, pianola]));

  const packing = (name, ...args) =>
    execFileSync(process.execPath, [join(root, 'packages', `${name}.mjs`), program, ...args], {
      env: { ...process.env, MCPB: join(import.meta.dirname, 'node_modules', '.bin', 'mcpb') },
      stdio: ['ignore', 'ignore', 'pipe'],
    });

  test('the MCP bundle says for which system it is, and its program answers', async () => {
    const bundle = join(folder.path, 'pianola.mcpb');
    packing('mcpb', bundle);
    const outputDir = join(folder.path, 'unpacked');
    assert.ok(await unpackExtension({ mcpbPath: bundle, outputDir, silent: true }));
    const manifest = JSON.parse(readFileSync(join(outputDir, 'manifest.json'), 'utf8'));
    assert.deepEqual(manifest.compatibility.platforms, [process.platform]);
    const { command, args, env } = await getMcpConfigForManifest({
      manifest,
      extensionPath: outputDir,
      systemDirs: { HOME: folder.path, DOCUMENTS: folder.path },
      userConfig: { store: join(folder.path, 'bundle.db'), roots: [folder.path] },
      pathSeparator: '/',
    });
    assert.equal(command, join(outputDir, 'server', 'pianola'));
    const { stdout } = spawnSync(command, args, { input: initialize, encoding: 'utf8', env });
    assert.deepEqual(servedBy(stdout).version, product.version);
  });

  describe('the npm package, installed without a network', () => {
    const project = join(folder.path, 'project');
    const launcher = join(project, 'node_modules', '.bin', 'pianola');
    const env = { ...process.env, HOME: folder.path, npm_config_cache: join(folder.path, 'npm-cache'), PIANOLA_STORE: join(folder.path, 'npm.db') };
    const npm = (command, ...args) => execFileSync(command, args, { cwd: project, env, encoding: 'utf8', input: initialize });
    const run = (...args) => spawnSync(launcher, args, { env, encoding: 'utf8', input: initialize });

    before(() => {
      mkdirSync(project);
      packing('npm', join(folder.path, 'npm'));
      const [{ filename }] = JSON.parse(npm('npm', 'pack', '--json', '--pack-destination', folder.path, join(folder.path, 'npm')));
      npm('npm', 'install', '--offline', '--no-audit', '--no-fund', join(folder.path, filename));
    });

    test('serves MCP by npx and its name, the one that docs/install.md says', () => {
      assert.equal(servedBy(npm('npx', '--offline', product.npmName, 'serve')).version, product.version);
      assert.ok(readFileSync(join(root, 'docs', 'install.md'), 'utf8').includes(`npx ${product.npmName} serve`));
    });

    test('passes arguments, output and exit codes on', () => {
      assert.equal(run('--version').stdout.trim(), product.version);
      const failed = run('workflow', 'show', 'nothing', '--json');
      assert.equal(failed.status, 1);
      assert.equal(JSON.parse(failed.stdout).error.code, 'unknown_workflow');
      const misused = run('no-such-command');
      assert.equal(misused.status, 2);
      assert.match(misused.stderr, /is no command/);
    });

    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      test(`passes ${signal} on, and ends as the server ends`, async () => {
        const server = spawn(launcher, ['serve'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
        server.stdin.write(initialize);
        await once(server.stdout, 'data');
        server.kill(signal);
        assert.deepEqual(await once(server, 'exit'), [0, null]);
      });
    }

    test('ends by the signal that ended its program', async () => {
      const installed = join(project, 'node_modules', product.npmName);
      const stand = join(installed, 'program', 'pianola');
      const carried = readFileSync(stand);
      writeFileSync(stand, '#!/bin/sh\nkill -KILL $$\n', { mode: 0o755 });
      assert.equal(run().signal, 'SIGKILL');
      writeFileSync(stand, carried);
    });

    test('says on another system what it is for', () => {
      const file = join(project, 'node_modules', product.npmName, 'package.json');
      const text = readFileSync(file, 'utf8');
      writeFileSync(file, JSON.stringify({ ...JSON.parse(text), os: ['plan9'] }));
      const elsewhere = run('serve');
      writeFileSync(file, text);
      assert.equal(elsewhere.status, 1);
      assert.match(elsewhere.stderr, new RegExp(`for plan9 on ${process.arch}, and this is ${process.platform}`));
    });
  });
});
