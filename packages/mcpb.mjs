// Packs the MCP bundle around a program that is built for this system.
// Usage: node packages/mcpb.mjs PROGRAM BUNDLE
// MCPB's own tool validates and packs it: the one that `npm ci` puts into packages/, or that $MCPB names.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const tool = process.env.MCPB ?? join(import.meta.dirname, 'node_modules', '.bin', 'mcpb');
const [program, bundle] = process.argv.slice(2);

const manifest = JSON.parse(readFileSync(join(root, 'manifests', 'claude-desktop', 'mcpb', 'manifest.json'), 'utf8'));
// The manifest speaks of every system, the bundle has a program for this one.
manifest.compatibility.platforms = [process.platform];

const folder = mkdtempSync(join(tmpdir(), 'pianola-mcpb-'));
try {
  const carried = join(folder, 'server', process.platform === 'win32' ? 'pianola.exe' : 'pianola');
  mkdirSync(join(folder, 'server'));
  copyFileSync(program, carried);
  chmodSync(carried, 0o755);
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest, null, 2) + '\n');
  for (const args of [['validate', join(folder, 'manifest.json')], ['pack', folder, bundle]]) {
    execFileSync(process.execPath, [tool, ...args], { stdio: ['ignore', 2, 'inherit'] });
  }
} finally {
  rmSync(folder, { recursive: true });
}
