// Writes manifests/HOST/ for every host, and hosts.json. Usage: node manifests/generate.mjs
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { json } from './formats.mjs';
import { hosts } from './hosts.mjs';
import { hostsData } from './registrations.mjs';

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
writeFileSync(join(here, 'hosts.json'), json(hostsData));
