// Writes manifests/HOST/ for every host. Usage: node manifests/generate.mjs
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { hosts } from './hosts.mjs';

const here = import.meta.dirname;

for (const each of readdirSync(here, { withFileTypes: true })) {
  if (each.isDirectory() && each.name !== 'texts') rmSync(join(here, each.name), { recursive: true });
}
for (const [host, files] of Object.entries(hosts)) {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(here, host, path)), { recursive: true });
    writeFileSync(join(here, host, path), content);
  }
}
