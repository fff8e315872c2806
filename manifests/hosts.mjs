// What each host reads: for every folder of manifests/, its files in that host's own format. A file whose name says
// `http` is the same registration towards a server over HTTP. README.md says where each goes and what has proven it.
import { claude, commands, executor, executorTools, http, models, product, skill, stdio, text } from './description.mjs';
import { json, markdown, toml, yaml } from './formats.mjs';
import { proxyArguments, registered, registeredEntry } from './registrations.mjs';

const { name, title, version, description, license, author, keywords } = product;
const { command, designer } = stdio;

const slots = { name, command, args: designer, url: http.url };
const executorSlots = { ...slots, args: stdio.executor };
const local = (host) => registered(host, 'stdio', slots);
const remote = (host) => registered(host, 'http', slots);
// What an executor is told, with the model's name as the accounts need it, where the host runs exactly that one.
const executorText = (model) => text('executor', { model: model ? `"${model}"` : 'your own model name' });

const inSubagent = (agent) => `Hand it to the subagent \`${agent}\`, which runs on a cheap model.`;
const skillFile = (delegate) => markdown(skill, text('skill', { delegate }));

function claudeCode() {
  const tools = claude.prefixes.flatMap((prefix) => executorTools.map((each) => prefix + each));
  const delegate = inSubagent(claude.agent);
  const commandFile = (each, more = {}) =>
    markdown(
      { description: commands[each].description, 'argument-hint': commands[each].hint },
      text(each, { arguments: '$ARGUMENTS', ...more }),
    );
  return {
    '.claude-plugin/plugin.json': json({ name, version, description, author, license, keywords }),
    '.claude-plugin/marketplace.json': json({
      name,
      description,
      owner: author,
      plugins: [{ name, source: './', description, version }],
    }),
    '.mcp.json': json(local('claude-code')),
    'http.mcp.json': json(registered('claude-code', 'http', { ...slots, url: `\${PIANOLA_URL:-${http.url}}` })),
    [`skills/${skill.name}/SKILL.md`]: skillFile(delegate),
    'agents/executor.md': markdown(
      {
        name: 'executor',
        description: executor.description,
        model: models.claudeAlias,
        tools: [...tools, ...claude.own_tools].join(', '),
      },
      executorText(),
    ),
    'commands/run.md': commandFile('run', { delegate }),
    'commands/design.md': commandFile('design'),
    'commands/improve.md': commandFile('improve'),
  };
}

function bundle(server, userConfig, more = {}) {
  return json({
    manifest_version: '0.3',
    name,
    display_name: title,
    version,
    description,
    author,
    license,
    keywords,
    server,
    tools_generated: true,
    prompts_generated: true,
    user_config: userConfig,
    compatibility: { platforms: ['darwin', 'linux', 'win32'], ...more },
  });
}

function claudeDesktop() {
  const program = '${__dirname}/server/pianola';
  const proxy = 'node_modules/mcp-remote/dist/proxy.js';
  return {
    'claude_desktop_config.json': json(local('claude-desktop')),
    'claude_desktop_config-http.json': json(remote('claude-desktop')),
    'claude_desktop_config-wsl.json': json(
      registered('claude-desktop', 'stdio', {
        ...slots,
        command: 'wsl.exe',
        args: ['--cd', '~', '--exec', command, ...designer],
      }),
    ),
    'mcpb/manifest.json': bundle(
      {
        type: 'binary',
        entry_point: 'server/pianola',
        mcp_config: {
          command: program,
          args: [...designer, '--root', '${user_config.roots}'],
          env: { PIANOLA_STORE: '${user_config.store}' },
          platform_overrides: { win32: { command: `${program}.exe` } },
        },
      },
      {
        store: {
          type: 'string',
          title: 'Store',
          description: 'The file that keeps workflows and executions.',
          default: '${HOME}/.local/share/pianola/store.db',
        },
        roots: {
          type: 'directory',
          title: 'Folders',
          description: 'Executors may be given files from these folders.',
          multiple: true,
          default: ['${DOCUMENTS}'],
        },
      },
    ),
    'mcpb-http/manifest.json': bundle(
      {
        type: 'node',
        entry_point: proxy,
        mcp_config: {
          command: 'node',
          args: [`\${__dirname}/${proxy}`, '${user_config.url}', ...proxyArguments],
          env: { [http.authorization]: 'Bearer ${user_config.key}' },
        },
      },
      {
        url: { type: 'string', title: 'Server', description: 'The address of the server.', default: http.url },
        key: { type: 'string', title: 'Key', description: `${http.keyHelp}.`, sensitive: true, required: true },
      },
      { runtimes: { node: '>=18' } },
    ),
  };
}

function codex() {
  // Else Codex hands the whole conversation on, and the cheap model reads all of it.
  const delegate = `Spawn the agent \`${executor.name}\`, which runs on a cheap model, with \`"fork_turns": "none"\`.`;
  const localExecutor = registeredEntry('codex', 'stdio', executorSlots);
  const remoteExecutor = { ...registeredEntry('codex', 'http', slots), bearer_token_env_var: http.executorKey };
  const agent = (entry) =>
    toml({
      ...executor,
      model: models.openai,
      developer_instructions: executorText(models.openai),
      mcp_servers: { [name]: entry },
    });
  const profile = toml({
    model: models.openai,
    developer_instructions: executorText(models.openai),
    mcp_servers: { [name]: localExecutor },
  });
  return {
    'config.toml': toml(local('codex')),
    'config-http.toml': toml(remote('codex')),
    [`agents/${executor.name}.toml`]: agent(localExecutor),
    [`agents-http/${executor.name}.toml`]: agent(remoteExecutor),
    [`${executor.name}.config.toml`]: profile,
    [`skills/${skill.name}/SKILL.md`]: skillFile(delegate),
    'skills/pianola-run/SKILL.md': markdown(
      { name: 'pianola-run', description: `${commands.run.description}, when the user names a workflow and an input.` },
      text('run', { delegate, arguments: 'as the user gave them.' }),
    ),
  };
}

function cursor() {
  const delegate = inSubagent(executor.name);
  return {
    'mcp.json': json(local('cursor')),
    'mcp-http.json': json(remote('cursor')),
    [`agents/${executor.name}.md`]: markdown({ ...executor, model: models.cursorAlias }, executorText()),
    'commands/pianola-run.md': text('run', { delegate, arguments: 'what the user wrote after the command.' }),
  };
}

function vscode() {
  return {
    'mcp.json': json(local('vscode')),
    'mcp-http.json': json(remote('vscode')),
    [`agents/${executor.name}.agent.md`]: markdown(
      {
        ...executor,
        model: models.vscode,
        tools: [...executorTools.map((each) => `${name}/${each}`), 'read'],
      },
      executorText(),
    ),
    'prompts/pianola-run.prompt.md': markdown(
      {
        name: 'pianola-run',
        description: commands.run.description,
        'argument-hint': commands.run.hint,
        agent: executor.name,
      },
      text('execute', { arguments: 'what the user wrote after the command.' }),
    ),
  };
}

function geminiCli() {
  const delegate = inSubagent(executor.name);
  const commandFile = (each, more = {}) =>
    toml({ description: commands[each].description, prompt: text(each, { arguments: '{{args}}', ...more }) });
  return {
    'gemini-extension.json': json({ name, version, description, ...local('gemini-cli') }),
    'settings-http.json': json(remote('gemini-cli')),
    [`agents/${executor.name}.md`]: markdown(
      {
        ...executor,
        kind: 'local',
        model: models.google,
        tools: [...executorTools.map((each) => `mcp_${name}_${each}`), 'read_file'],
        max_turns: 100,
        timeout_mins: 30,
      },
      executorText(models.google),
    ),
    'commands/pianola/run.toml': commandFile('run', { delegate }),
    'commands/pianola/design.toml': commandFile('design'),
    'commands/pianola/improve.toml': commandFile('improve'),
    [`skills/${skill.name}/SKILL.md`]: skillFile(delegate),
  };
}

function zed() {
  const profile = {
    name: 'Pianola executor',
    default_model: { provider: 'anthropic', model: models.anthropicOlder },
    tools: { read_file: true },
    enable_all_context_servers: false,
    context_servers: { [name]: { tools: Object.fromEntries(executorTools.map((each) => [each, true])) } },
  };
  const settings = (servers) => json({ ...servers, agent: { profiles: { [executor.name]: profile } } });
  return { 'settings.json': settings(local('zed')), 'settings-http.json': settings(remote('zed')) };
}

function goose() {
  const { enabled, timeout, ...extension } = registeredEntry('goose', 'stdio', executorSlots);
  return {
    'config.yaml': yaml(local('goose')),
    'config-http.yaml': yaml(remote('goose')),
    'recipes/pianola-run.yaml': yaml({
      version: '1.0.0',
      title: commands.run.description,
      description: executor.description,
      parameters: [
        { key: 'workflow', input_type: 'string', requirement: 'required', description: 'Name of the workflow' },
        { key: 'input', input_type: 'string', requirement: 'required', description: 'What to execute it on' },
      ],
      instructions: executorText(models.anthropic),
      prompt: text('execute', { arguments: '{{ workflow }}\n\n{{ input }}' }),
      extensions: [{ ...extension, available_tools: executorTools, timeout }],
      settings: { goose_provider: 'anthropic', goose_model: models.anthropic },
    }),
  };
}

function opencode() {
  const allowed = Object.fromEntries(executorTools.map((each) => [`${name}_${each}`, 'allow']));
  const permission = { '*': 'deny', ...allowed, read: 'allow' };
  return {
    'opencode.json': json(local('opencode')),
    'opencode-http.json': json(remote('opencode')),
    [`agents/${executor.name}.md`]: markdown(
      { description: executor.description, mode: 'subagent', model: `anthropic/${models.anthropic}`, permission },
      executorText(models.anthropic),
    ),
    'commands/pianola-run.md': markdown(
      { description: commands.run.description, agent: executor.name, subtask: true },
      text('execute', { arguments: '$ARGUMENTS' }),
    ),
    [`skills/${skill.name}/SKILL.md`]: skillFile(inSubagent(executor.name)),
  };
}

function continueDev() {
  const block = ({ schema, mcpServers }) =>
    yaml({
      name,
      version,
      schema,
      mcpServers,
      prompts: [
        {
          name: 'pianola-run',
          description: 'Execute a workflow on the model that is chosen',
          prompt: `${text('execute', { arguments: 'what the user wrote.' })}\n${executorText()}`,
        },
      ],
    });
  return { 'pianola.yaml': block(local('continue')), 'pianola-http.yaml': block(remote('continue')) };
}

function mcpRegistry() {
  return {
    'server.json': json({
      $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
      name: product.registryName,
      title,
      description,
      version,
      remotes: [
        {
          type: 'streamable-http',
          url: 'https://{host}/mcp',
          variables: { host: { description: 'Host, and port, of your server.', isRequired: true } },
          headers: [
            {
              name: 'Authorization',
              value: 'Bearer {key}',
              description: 'The key that says workspace and role.',
              isRequired: true,
              isSecret: true,
              variables: { key: { description: `${http.keyHelp}.`, isRequired: true, isSecret: true } },
            },
          ],
        },
      ],
    }),
  };
}

const plainJson = (host, file) => ({
  [`${file}.json`]: json(local(host)),
  [`${file}-http.json`]: json(remote(host)),
});

export const hosts = {
  'claude-code': claudeCode(),
  'claude-desktop': claudeDesktop(),
  cline: plainJson('cline', 'cline_mcp_settings'),
  codex: codex(),
  continue: continueDev(),
  cursor: cursor(),
  'gemini-cli': geminiCli(),
  goose: goose(),
  jetbrains: plainJson('jetbrains', 'mcp'),
  'lm-studio': plainJson('lm-studio', 'mcp'),
  'mcp-registry': mcpRegistry(),
  opencode: opencode(),
  vscode: vscode(),
  windsurf: plainJson('windsurf', 'mcp_config'),
  zed: zed(),
};
