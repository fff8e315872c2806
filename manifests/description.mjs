// The one description of Pianola that every manifest is made from: the server, who may use which tools, the models
// that execute, and the texts for models. hosts.mjs puts it into each host's format.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;

// CMake's project() is where the program's own version comes from.
const project = readFileSync(join(here, '..', 'CMakeLists.txt'), 'utf8');
const [, version] = project.match(/project\(pianola VERSION ([0-9.]+)/);

export const product = {
  name: 'pianola',
  title: 'Pianola',
  version,
  // At most 100 characters: the MCP Registry takes no more.
  description: 'Workflows that a strong model designs once and cheap models execute, with honest accounts.',
  license: 'Apache-2.0',
  author: { name: 'The Pianola authors' },
  keywords: ['workflows', 'mcp', 'agents', 'cost'],
  // OWNER: a namespace of the MCP Registry is proven by whoever publishes.
  registryName: 'io.github.OWNER/pianola',
  // npm's `pianola` is somebody else's: who publishes writes a scope of their own. Nothing is published yet.
  npmName: '@pianola/cli',
};

export const stdio = { command: 'pianola', designer: ['serve'], executor: ['serve', '--role', 'executor'] };

// Keys come from the host's own secret input, else from these variables; never from a manifest. `authorization` holds
// the whole header ("Bearer KEY") for mcp-remote: some hosts on Windows split arguments at spaces.
export const http = {
  url: 'http://127.0.0.1:8080/mcp',
  key: 'PIANOLA_KEY',
  executorKey: 'PIANOLA_EXECUTOR_KEY',
  authorization: 'PIANOLA_AUTHORIZATION',
  keyHelp: 'A key from "pianola key create"',
};

// What the program needs too, for `workflow export --as`: the tools that `serve --role executor` lists, in its order, and
// what Claude Code's executor is made of: the tools as the plugin's server, and as one that is registered by itself.
export const { tools: executorTools, claude } = JSON.parse(readFileSync(join(here, 'executor.json'), 'utf8'));

// The cheap model of each vendor, as workflow/prices.json names it, or by the host's own alias for it.
export const models = {
  claudeAlias: claude.model,
  cursorAlias: 'fast',
  anthropic: 'claude-haiku-5-5',
  anthropicOlder: 'claude-haiku-4-5',
  openai: 'gpt-6-luna',
  google: 'gemini-2.5-flash-lite',
  // VS Code asks for the names that its own menu shows, and takes the first one that there is.
  vscode: ['Claude Haiku 4.5', 'GPT-5 mini'],
};

export const executor = {
  name: 'pianola-executor',
  description:
    'Executes one Pianola workflow on one input, step by step, on a cheap model. Hand it the name of the workflow ' +
    'and the input, whenever workflow_find names a workflow that fits.',
};

export const skill = {
  name: 'pianola',
  description:
    'Looks for a saved Pianola workflow before work that may repeat (sorting, extracting, checking, drafting, ' +
    'converting, reviewing, reporting), hands it to a cheap executor, and says when designing a workflow pays.',
};

export const commands = {
  run: { description: 'Execute a workflow on the cheap model', hint: 'WORKFLOW INPUT' },
  design: { description: 'Design a workflow for work that repeats', hint: 'TASK' },
  improve: { description: 'Improve a workflow from what executions showed', hint: 'WORKFLOW' },
};

// A text for models, texts/NAME.md, with each {{slot}} filled.
export function text(name, slots = {}) {
  return readFileSync(join(here, 'texts', `${name}.md`), 'utf8').replace(/\{\{(\w+)\}\}/g, (_, slot) => {
    if (!(slot in slots)) throw new Error(`texts/${name}.md asks for ${slot}`);
    return slots[slot];
  });
}
