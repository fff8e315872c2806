// How each host registers a server: its file, where in it an entry stands, and what the entry says over stdio and over
// HTTP. hosts.mjs makes the files of manifests/ from it, and hosts.json holds it for `pianola install`.
//
// Placeholders: {name} is the entry's name, {command} the program, "{args}" its arguments (each in that place), {url} the
// server's address. A path's last step may be an element of a list: the one with that member. A new file begins with
// `start`. Of `files` the first that is there is the host's, else the first: ~ is the home folder, ${NAME:-DEFAULT} a
// variable. `environment` are the variables that the host gives a server, where it does not give all.
import { http, product } from './description.mjs';

const stdio = { command: '{command}', args: ['{args}'] };
const bearer = (variable) => ({ Authorization: `Bearer ${variable}` });

// mcp-remote speaks stdio with the host and HTTP with the server: for hosts that would keep a key in their file.
export const proxyArguments = ['--transport', 'http-only', '--header', `Authorization:\${${http.authorization}}`];
const proxied = { command: 'npx', args: ['-y', 'mcp-remote@0.15.1', '{url}', ...proxyArguments] };

const everywhere = (...files) => ({ linux: files, macos: files, windows: files });
// Below each system's folder for programs' settings.
const inSettings = (file) => ({
  linux: [`\${XDG_CONFIG_HOME:-~/.config}/${file}`],
  macos: [`~/Library/Application Support/${file}`],
  windows: [`\${APPDATA:-~/AppData/Roaming}/${file}`],
});
const one = (entry, key = 'mcpServers') => [{ path: [key, '{name}'], ...entry }];

// What the official SDKs' stdio clients hand on where they are not told otherwise.
const sdkEnvironment = ['HOME', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'USER'];

const vscodeInput = { type: 'promptString', id: 'pianola-key', description: http.keyHelp, password: true };
const clineFile = 'Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json';
const clineOwn = '~/.cline/data/settings/cline_mcp_settings.json';
const opencodeFolder = '${XDG_CONFIG_HOME:-~/.config}/opencode';
const gooseShared = { enabled: true, name: '{name}', description: product.description };

export const registrations = {
  'claude-code': {
    title: 'Claude Code',
    format: 'json',
    files: everywhere('${CLAUDE_CONFIG_DIR:-~}/.claude.json'),
    entries: one({
      stdio: { type: 'stdio', ...stdio },
      http: { type: 'http', url: '{url}', headers: bearer(`\${${http.key}}`) },
    }),
  },
  'claude-desktop': {
    title: 'Claude Desktop',
    format: 'json',
    files: inSettings('Claude/claude_desktop_config.json'),
    environment: sdkEnvironment,
    entries: one({ stdio, http: proxied }),
  },
  cline: {
    title: 'Cline',
    format: 'json',
    files: Object.fromEntries(
      Object.entries(inSettings(clineFile)).map(([system, files]) => [system, [clineOwn, ...files]]),
    ),
    environment: sdkEnvironment,
    entries: one({ stdio, http: proxied }),
  },
  codex: {
    title: 'Codex',
    format: 'toml',
    files: everywhere('${CODEX_HOME:-~/.codex}/config.toml'),
    environment: ['HOME', 'LANG', 'PATH', 'TERM'],
    entries: one({ stdio, http: { url: '{url}', bearer_token_env_var: http.key } }, 'mcp_servers'),
  },
  continue: {
    title: 'Continue',
    format: 'yaml',
    files: everywhere('${CONTINUE_GLOBAL_DIR:-~/.continue}/config.yaml'),
    start: { name: 'Local Config', version: '1.0.0', schema: 'v1' },
    entries: [
      {
        path: ['mcpServers', { name: '{name}' }],
        stdio: { name: '{name}', type: 'stdio', ...stdio },
        http: {
          name: '{name}',
          type: 'streamable-http',
          url: '{url}',
          requestOptions: { headers: bearer(`\${{ secrets.${http.key} }}`) },
        },
      },
    ],
  },
  'copilot-cli': {
    title: 'Copilot CLI',
    format: 'json',
    files: everywhere('~/.copilot/mcp-config.json'),
    entries: one({
      stdio: { type: 'local', ...stdio, tools: ['*'] },
      http: { type: 'local', ...proxied, tools: ['*'] },
    }),
  },
  cursor: {
    title: 'Cursor',
    format: 'json',
    files: everywhere('~/.cursor/mcp.json'),
    entries: one({ stdio, http: { url: '{url}', headers: bearer(`\${env:${http.key}}`) } }),
  },
  'gemini-cli': {
    title: 'Gemini CLI',
    format: 'json',
    files: everywhere('~/.gemini/settings.json'),
    entries: one({ stdio, http: { httpUrl: '{url}', headers: bearer(`\${${http.key}}`) } }),
  },
  goose: {
    title: 'Goose',
    format: 'yaml',
    files: {
      ...everywhere('${XDG_CONFIG_HOME:-~/.config}/goose/config.yaml'),
      windows: ['${APPDATA:-~/AppData/Roaming}/Block/goose/config/config.yaml'],
    },
    entries: one(
      {
        stdio: { ...gooseShared, type: 'stdio', cmd: '{command}', args: ['{args}'], timeout: 300 },
        http: {
          ...gooseShared,
          type: 'streamable_http',
          uri: '{url}',
          headers: bearer(`\${${http.key}}`),
          env_keys: [http.key],
          timeout: 300,
        },
      },
      'extensions',
    ),
  },
  jetbrains: {
    title: 'JetBrains Junie',
    format: 'json',
    files: everywhere('~/.junie/mcp/mcp.json'),
    entries: one({ stdio, http: proxied }),
  },
  'lm-studio': {
    title: 'LM Studio',
    format: 'json',
    files: everywhere('~/.lmstudio/mcp.json', '~/.cache/lm-studio/mcp.json'),
    entries: one({ stdio, http: proxied }),
  },
  opencode: {
    title: 'opencode',
    format: 'json',
    files: everywhere(`${opencodeFolder}/opencode.json`, `${opencodeFolder}/opencode.jsonc`),
    start: { $schema: 'https://opencode.ai/config.json' },
    entries: one(
      {
        stdio: { type: 'local', command: ['{command}', '{args}'], enabled: true },
        http: { type: 'remote', url: '{url}', headers: bearer(`{env:${http.key}}`), oauth: false, enabled: true },
      },
      'mcp',
    ),
  },
  'qwen-code': {
    title: 'Qwen Code',
    format: 'json',
    files: everywhere('~/.qwen/settings.json'),
    entries: one({ stdio, http: { httpUrl: '{url}', headers: bearer(`\${${http.key}}`) } }),
  },
  vscode: {
    title: 'VS Code',
    format: 'json',
    files: inSettings('Code/User/mcp.json'),
    entries: [
      { path: ['inputs', { id: vscodeInput.id }], http: vscodeInput },
      {
        path: ['servers', '{name}'],
        stdio: { type: 'stdio', ...stdio },
        http: { type: 'http', url: '{url}', headers: bearer(`\${input:${vscodeInput.id}}`) },
      },
    ],
  },
  windsurf: {
    title: 'Windsurf',
    format: 'json',
    files: everywhere('~/.codeium/windsurf/mcp_config.json'),
    entries: one({ stdio, http: { serverUrl: '{url}', headers: bearer(`\${env:${http.key}}`) } }),
  },
  zed: {
    title: 'Zed',
    format: 'json',
    files: {
      linux: ['${XDG_CONFIG_HOME:-~/.config}/zed/settings.json'],
      macos: ['~/.config/zed/settings.json'],
      windows: ['${APPDATA:-~/AppData/Roaming}/Zed/settings.json'],
    },
    entries: one({ stdio, http: proxied }, 'context_servers'),
  },
};

function filled(value, slots) {
  if (Array.isArray(value)) return value.flatMap((each) => (each === '{args}' ? slots.args : [filled(each, slots)]));
  if (typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, filled(each, slots)]));
  }
  return typeof value === 'string' ? value.replace(/\{(name|command|url)\}/g, (_, slot) => slots[slot]) : value;
}

// The entry that a host's file holds over `transport` ("stdio" or "http"), its placeholders filled.
export const registeredEntry = (host, transport, slots) => filled(registrations[host].entries.at(-1)[transport], slots);

// What a host's new file holds then.
export function registered(host, transport, slots) {
  const { start, entries } = registrations[host];
  const data = { ...start };
  for (const { path, [transport]: entry } of entries) {
    if (!entry) continue;
    const steps = path.map((step) => filled(step, slots));
    const last = steps.at(-1);
    const value = filled(entry, slots);
    const inner = typeof last === 'string' ? { [last]: value } : [value];
    Object.assign(data, steps.slice(0, -1).reduceRight((below, step) => ({ [step]: below }), inner));
  }
  return data;
}

// manifests/hosts.json.
export const hostsData = {
  name: product.name,
  key: http.key,
  authorization: http.authorization,
  hosts: registrations,
};
