// Makes the folder that `npm pack` packs, around a program that is built for this system.
// Usage: node packages/npm.mjs PROGRAM FOLDER
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { product } from '../manifests/description.mjs';

const root = join(import.meta.dirname, '..');
const [program, folder] = process.argv.slice(2);
const { npmName, version, description, license, author, keywords } = product;

const readme = `# ${npmName}

${description}

\`npx ${npmName} serve\` is an MCP server over stdio; \`npx ${npmName} demo\` shows the whole story. The program is the
one for ${process.platform} on ${process.arch}; there is nothing to compile and nothing that is downloaded later.
`;

mkdirSync(join(folder, 'bin'), { recursive: true });
mkdirSync(join(folder, 'program'));
copyFileSync(join(import.meta.dirname, 'npm', 'pianola.mjs'), join(folder, 'bin', 'pianola.mjs'));
copyFileSync(program, join(folder, 'program', 'pianola'));
copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
for (const file of ['bin/pianola.mjs', 'program/pianola']) chmodSync(join(folder, file), 0o755);
writeFileSync(join(folder, 'README.md'), readme);
writeFileSync(
  join(folder, 'package.json'),
  JSON.stringify(
    {
      name: npmName,
      version,
      description,
      license,
      author,
      keywords,
      bin: { pianola: 'bin/pianola.mjs' },
      files: ['bin', 'program'],
      os: [process.platform],
      cpu: [process.arch],
      engines: { node: '>=18' },
    },
    null,
    2,
  ) + '\n',
);
