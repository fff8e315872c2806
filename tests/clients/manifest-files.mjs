// The files of manifests/ as their hosts read them: which there are, what is in each, where its entry for Pianola is.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse as parseToml } from 'smol-toml';
import { parse as parseYaml } from 'yaml';

import { root } from './program.mjs';

export const manifests = join(root, 'manifests');
export const read = (...path) => readFileSync(join(manifests, ...path), 'utf8');

// Every file in the hosts' folders, as HOST/PATH.
export function manifestFiles() {
  const folders = readdirSync(manifests, { withFileTypes: true }).filter(
    (each) => each.isDirectory() && each.name !== 'texts',
  );
  return folders
    .flatMap(({ name }) =>
      readdirSync(join(manifests, name), { recursive: true, withFileTypes: true })
        .filter((each) => each.isFile())
        .map((each) => join(each.parentPath, each.name).slice(manifests.length + 1)),
    )
    .toSorted();
}

// A file's data; of Markdown its YAML head, with the text below as `body`.
export function parsed(path) {
  const text = read(path);
  if (path.endsWith('.json')) return JSON.parse(text);
  if (path.endsWith('.toml')) return parseToml(text);
  if (path.endsWith('.yaml')) return parseYaml(text);
  const parts = text.match(/^---\n(.*?)\n---\n\n(.*)$/s);
  return parts ? { ...parseYaml(parts[1]), body: parts[2] } : { body: text };
}

const at = (...steps) => (data) => steps.reduce((value, step) => value?.[step], data);
const server = at('mcpServers', 'pianola');

// Where each host's registrations over stdio are, and how its entry says the command.
export const local = {
  'claude-code/.mcp.json': server,
  'claude-desktop/claude_desktop_config.json': server,
  'cline/cline_mcp_settings.json': server,
  'codex/config.toml': at('mcp_servers', 'pianola'),
  'continue/pianola.yaml': at('mcpServers', 0),
  'cursor/mcp.json': server,
  'gemini-cli/gemini-extension.json': server,
  'goose/config.yaml': (data) => renamed(data.extensions.pianola),
  'jetbrains/mcp.json': server,
  'lm-studio/mcp.json': server,
  'opencode/opencode.json': ({ mcp }) => ({ command: mcp.pianola.command[0], args: mcp.pianola.command.slice(1) }),
  'vscode/mcp.json': at('servers', 'pianola'),
  'windsurf/mcp_config.json': server,
  'zed/settings.json': at('context_servers', 'pianola'),
};
const renamed = ({ cmd, args }) => ({ command: cmd, args });

// Registrations for an executor alone.
export const localExecutors = {
  'codex/agents/pianola-executor.toml': at('mcp_servers', 'pianola'),
  'codex/pianola-executor.config.toml': at('mcp_servers', 'pianola'),
  'goose/recipes/pianola-run.yaml': (data) => renamed(data.extensions[0]),
};

// Registrations over HTTP: the entry, the member that holds its address, and how this host is told to fill in the key.
const remoteServer = (url, key, entry = server) => ({ entry, url, key });
export const remote = {
  'claude-code/http.mcp.json': remoteServer('url', '${PIANOLA_KEY}'),
  'continue/pianola-http.yaml': {
    ...remoteServer('url', '${{ secrets.PIANOLA_KEY }}', at('mcpServers', 0)),
    headers: at('requestOptions', 'headers'),
  },
  'cursor/mcp-http.json': remoteServer('url', '${env:PIANOLA_KEY}'),
  'gemini-cli/settings-http.json': remoteServer('httpUrl', '${PIANOLA_KEY}'),
  'goose/config-http.yaml': remoteServer('uri', '${PIANOLA_KEY}', at('extensions', 'pianola')),
  'opencode/opencode-http.json': remoteServer('url', '{env:PIANOLA_KEY}', at('mcp', 'pianola')),
  'vscode/mcp-http.json': remoteServer('url', '${input:pianola-key}', at('servers', 'pianola')),
  'windsurf/mcp_config-http.json': remoteServer('serverUrl', '${env:PIANOLA_KEY}'),
};

// Codex names the variable that holds the key, and makes the header itself.
export const remoteByVariable = {
  'codex/config-http.toml': 'PIANOLA_KEY',
  'codex/agents-http/pianola-executor.toml': 'PIANOLA_EXECUTOR_KEY',
};

// Hosts that are led over mcp-remote, which takes the header from the environment.
export const proxied = {
  'claude-desktop/claude_desktop_config-http.json': server,
  'cline/cline_mcp_settings-http.json': server,
  'jetbrains/mcp-http.json': server,
  'lm-studio/mcp-http.json': server,
  'zed/settings-http.json': at('context_servers', 'pianola'),
};

const list = (text) => text.split(', ');
const allowed = (rules) => Object.keys(rules).filter((tool) => rules[tool] === 'allow');

// Agents that execute: the tools that each may use and the model it runs on. `prefixes` are what the host puts before
// the names of the server's tools, `reads` is its own tool for the files that a step refers to. Without `tools` the
// server lists only the executor's, or (Cursor) the host cannot limit them.
export const executors = {
  'claude-code/agents/executor.md': {
    tools: ({ tools }) => list(tools),
    prefixes: ['mcp__plugin_pianola_pianola__', 'mcp__pianola__'],
    reads: 'Read',
    model: at('model'),
  },
  'codex/agents/pianola-executor.toml': { model: at('model') },
  'codex/agents-http/pianola-executor.toml': { model: at('model') },
  'codex/pianola-executor.config.toml': { model: at('model') },
  'cursor/agents/pianola-executor.md': { model: at('model') },
  'gemini-cli/agents/pianola-executor.md': {
    tools: at('tools'),
    prefixes: ['mcp_pianola_'],
    reads: 'read_file',
    model: at('model'),
  },
  'goose/recipes/pianola-run.yaml': {
    tools: at('extensions', 0, 'available_tools'),
    prefixes: [''],
    model: at('settings', 'goose_model'),
  },
  'opencode/agents/pianola-executor.md': {
    tools: ({ permission }) => allowed(permission),
    prefixes: ['pianola_'],
    reads: 'read',
    model: ({ model }) => model.split('/')[1],
  },
  'vscode/agents/pianola-executor.agent.md': {
    tools: at('tools'),
    prefixes: ['pianola/'],
    reads: 'read',
    model: at('model'),
  },
  'zed/settings.json': {
    tools: ({ agent }) => Object.keys(agent.profiles['pianola-executor'].context_servers.pianola.tools),
    prefixes: [''],
    model: at('agent', 'profiles', 'pianola-executor', 'default_model', 'model'),
  },
};
