// JSON Schemas of ours for the manifests, from what each host documents: exactly the members that the host knows and
// that Pianola uses. Where an owner's validator is on npm it says more; manifests.test.mjs and tests/hosts/ run those.
const text = { type: 'string', minLength: 1 };
const texts = { type: 'array', items: text, minItems: 1 };
const one = (value) => ({ const: value });
const exactly = (properties, optional = []) => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});
const mapOf = (values) => ({ type: 'object', additionalProperties: values, minProperties: 1 });

const command = { command: text, args: texts };
const bearer = exactly({ Authorization: { type: 'string', pattern: '^Bearer \\$?\\{.*[A-Za-z-]+.*\\}$' } });
const address = { type: 'string', format: 'uri', pattern: '^http://127\\.0\\.0\\.1:8080/mcp$' };
const pianola = (entry) => exactly({ pianola: entry });
const mcpServers = (entry) => exactly({ mcpServers: pianola(entry) });
const plainServers = mcpServers(exactly(command));

const codexServer = exactly(command);
const codexRemote = exactly({ url: address, bearer_token_env_var: text });
const codexAgent = (entry) =>
  exactly({
    name: one('pianola-executor'),
    description: text,
    model: text,
    developer_instructions: text,
    mcp_servers: pianola(entry),
  });

const named = { name: text, description: { ...text, maxLength: 1024 }, body: text };
const skill = exactly({ ...named, name: { type: 'string', pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 64 } });
const withArguments = { type: 'string', pattern: '\\$ARGUMENTS' };
const claudeCommand = exactly({ description: text, 'argument-hint': text, body: withArguments });
const geminiCommand = exactly({ description: text, prompt: { type: 'string', pattern: '\\{\\{args\\}\\}' } });
const author = exactly({ name: text });
const version = { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+$' };

const zedProfile = exactly({
  name: text,
  default_model: exactly({ provider: text, model: text }),
  tools: mapOf({ type: 'boolean' }),
  enable_all_context_servers: one(false),
  context_servers: pianola(exactly({ tools: mapOf(one(true)) })),
});
const zed = exactly({
  context_servers: pianola(exactly(command)),
  agent: exactly({ profiles: exactly({ 'pianola-executor': zedProfile }) }),
});

const gooseCommon = { name: one('pianola'), description: text, timeout: { type: 'integer', minimum: 1 } };
const gooseLocal = { ...gooseCommon, type: one('stdio'), cmd: text, args: texts };
const gooseRemote = {
  ...gooseCommon,
  type: one('streamable_http'),
  uri: address,
  headers: bearer,
  env_keys: { const: ['PIANOLA_KEY'] },
};
const gooseConfig = (extension) => exactly({ extensions: pianola(exactly({ enabled: one(true), ...extension })) });
const gooseParameter = exactly({
  key: text,
  input_type: one('string'),
  requirement: one('required'),
  description: text,
});
const gooseRecipe = exactly({
  version: one('1.0.0'),
  title: text,
  description: text,
  parameters: { type: 'array', items: gooseParameter },
  instructions: text,
  prompt: { allOf: ['workflow', 'input'].map((key) => ({ type: 'string', pattern: `\\{\\{ ${key} \\}\\}` })) },
  extensions: { type: 'array', items: exactly({ ...gooseLocal, available_tools: texts }), minItems: 1, maxItems: 1 },
  settings: exactly({ goose_provider: text, goose_model: text }),
});

const opencode = (entry) => exactly({ $schema: one('https://opencode.ai/config.json'), mcp: pianola(exactly(entry)) });

const registryVariable = exactly(
  { description: text, isRequired: one(true), isSecret: { type: 'boolean' } },
  ['isSecret'],
);
const registryHeader = exactly({
  name: one('Authorization'),
  value: one('Bearer {key}'),
  description: text,
  isRequired: one(true),
  isSecret: one(true),
  variables: mapOf(registryVariable),
});
const registry = exactly({
  $schema: one('https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json'),
  name: { type: 'string', pattern: '^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$', minLength: 3, maxLength: 200 },
  title: { ...text, maxLength: 100 },
  description: { ...text, maxLength: 100 },
  version,
  remotes: {
    type: 'array',
    items: exactly({
      type: one('streamable-http'),
      url: { type: 'string', pattern: '^https://\\{host\\}/' },
      variables: mapOf(registryVariable),
      headers: { type: 'array', items: registryHeader },
    }),
  },
});

export const schemas = {
  'claude-code/.claude-plugin/marketplace.json': exactly({
    name: text,
    description: text,
    owner: author,
    plugins: { type: 'array', items: exactly({ name: text, source: one('./'), description: text, version }) },
  }),
  'claude-code/.claude-plugin/plugin.json': exactly({
    name: text,
    version,
    description: text,
    author,
    license: text,
    keywords: texts,
  }),
  'claude-code/.mcp.json': mcpServers(exactly({ type: one('stdio'), ...command })),
  'claude-code/http.mcp.json': mcpServers(
    exactly({ type: one('http'), url: one('${PIANOLA_URL:-http://127.0.0.1:8080/mcp}'), headers: bearer }),
  ),
  'claude-code/skills/pianola/SKILL.md': skill,
  'claude-code/agents/executor.md': exactly({ ...named, model: text, tools: text }),
  'claude-code/commands/run.md': claudeCommand,
  'claude-code/commands/design.md': claudeCommand,
  'claude-code/commands/improve.md': claudeCommand,
  'claude-desktop/claude_desktop_config.json': plainServers,
  'claude-desktop/claude_desktop_config-http.json': plainServers,
  'claude-desktop/claude_desktop_config-wsl.json': plainServers,
  'cline/cline_mcp_settings.json': plainServers,
  'cline/cline_mcp_settings-http.json': plainServers,
  'codex/config.toml': exactly({ mcp_servers: pianola(codexServer) }),
  'codex/config-http.toml': exactly({ mcp_servers: pianola(codexRemote) }),
  'codex/agents/pianola-executor.toml': codexAgent(codexServer),
  'codex/agents-http/pianola-executor.toml': codexAgent(codexRemote),
  'codex/pianola-executor.config.toml': exactly({
    model: text,
    developer_instructions: text,
    mcp_servers: pianola(codexServer),
  }),
  'codex/skills/pianola/SKILL.md': skill,
  'codex/skills/pianola-run/SKILL.md': skill,
  'cursor/mcp.json': plainServers,
  'cursor/mcp-http.json': mcpServers(exactly({ url: address, headers: bearer })),
  'cursor/agents/pianola-executor.md': exactly({ ...named, model: text }),
  'cursor/commands/pianola-run.md': exactly({ body: text }),
  'gemini-cli/gemini-extension.json': exactly({
    name: text,
    version,
    description: text,
    mcpServers: pianola(exactly(command)),
  }),
  'gemini-cli/settings-http.json': mcpServers(exactly({ httpUrl: address, headers: bearer })),
  'gemini-cli/agents/pianola-executor.md': exactly({
    ...named,
    kind: one('local'),
    model: text,
    tools: texts,
    max_turns: { type: 'integer', minimum: 1 },
    timeout_mins: { type: 'integer', minimum: 1 },
  }),
  'gemini-cli/commands/pianola/run.toml': geminiCommand,
  'gemini-cli/commands/pianola/design.toml': geminiCommand,
  'gemini-cli/commands/pianola/improve.toml': geminiCommand,
  'gemini-cli/skills/pianola/SKILL.md': skill,
  'goose/config.yaml': gooseConfig(gooseLocal),
  'goose/config-http.yaml': gooseConfig(gooseRemote),
  'goose/recipes/pianola-run.yaml': gooseRecipe,
  'jetbrains/mcp.json': plainServers,
  'jetbrains/mcp-http.json': plainServers,
  'lm-studio/mcp.json': plainServers,
  'lm-studio/mcp-http.json': plainServers,
  'mcp-registry/server.json': registry,
  'opencode/opencode.json': opencode({ type: one('local'), command: texts, enabled: one(true) }),
  'opencode/opencode-http.json': opencode({
    type: one('remote'),
    url: address,
    headers: bearer,
    oauth: one(false),
    enabled: one(true),
  }),
  'opencode/agents/pianola-executor.md': exactly({
    description: text,
    mode: one('subagent'),
    model: { type: 'string', pattern: '^[a-z]+/' },
    permission: mapOf({ enum: ['allow', 'deny'] }),
    body: text,
  }),
  'opencode/commands/pianola-run.md': exactly({
    description: text,
    agent: one('pianola-executor'),
    subtask: one(true),
    body: withArguments,
  }),
  'opencode/skills/pianola/SKILL.md': skill,
  'vscode/mcp.json': exactly({ servers: pianola(exactly({ type: one('stdio'), ...command })) }),
  'vscode/mcp-http.json': exactly({
    inputs: {
      type: 'array',
      items: exactly({ type: one('promptString'), id: one('pianola-key'), description: text, password: one(true) }),
    },
    servers: pianola(exactly({ type: one('http'), url: address, headers: bearer })),
  }),
  'vscode/agents/pianola-executor.agent.md': exactly({ ...named, model: texts, tools: texts }),
  'vscode/prompts/pianola-run.prompt.md': exactly({ ...named, 'argument-hint': text, agent: one('pianola-executor') }),
  'windsurf/mcp_config.json': plainServers,
  'windsurf/mcp_config-http.json': mcpServers(exactly({ serverUrl: address, headers: bearer })),
  'zed/settings.json': zed,
  'zed/settings-http.json': zed,
};
