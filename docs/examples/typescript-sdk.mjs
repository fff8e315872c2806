// Agents of your own with the MCP TypeScript SDK and any API that speaks OpenAI's chat completions: a strong model
// designs a workflow once, a cheap one executes it on every mail. How to run it, over stdio and HTTP: README.md.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

const { OPENAI_BASE_URL = 'https://api.openai.com/v1', OPENAI_API_KEY } = process.env;
const { STRONG_MODEL = 'gpt-6-sol', WEAK_MODEL = 'gpt-6-luna' } = process.env;
const mails = process.argv.slice(2);
if (mails.length === 0) mails.push('Hello, I was charged twice for order 77. Ada', 'Hello, the app is down. Grace');

// With $PIANOLA_URL a server for all, and the key says what its bearer may do; else a `pianola serve` for each client.
async function connect(role, key) {
  const pianola = new Client({ name: 'mail-agents', version: '1.0.0' });
  const { PIANOLA_URL: url } = process.env;
  const transport = url
    ? new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { authorization: `Bearer ${key}` } } })
    : new StdioClientTransport({ command: 'pianola', args: ['serve', '--role', role], env: process.env });
  await pianola.connect(transport);
  return pianola;
}

// Calls a tool without a model; gives the facts that it answers with.
async function call(pianola, name, args) {
  const { isError, structuredContent: facts } = await pianola.callTool({ name, arguments: args });
  if (isError) throw new Error(`${name}: ${facts.error.message}`);
  return facts;
}

// One answer of the model; counts its tokens.
async function complete(usage, messages, tools) {
  const headers = { authorization: `Bearer ${OPENAI_API_KEY}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ model: usage.model, messages, tools });
  const response = await fetch(`${OPENAI_BASE_URL}/chat/completions`, { method: 'POST', headers, body });
  if (!response.ok) throw new Error(`${usage.model}: ${response.status} ${await response.text()}`);
  const { choices, usage: used } = await response.json();
  const cached = used.prompt_tokens_details?.cached_tokens ?? 0;
  usage.input_tokens += used.prompt_tokens - cached;
  usage.cached_input_tokens += cached;
  usage.output_tokens += used.completion_tokens;
  usage.largest_prompt_tokens = Math.max(usage.largest_prompt_tokens, used.prompt_tokens);
  return choices[0].message;
}

// The agent loop: the model calls tools until it answers in words. Gives its tokens, and the facts that `tool` answered
// with last.
async function work(pianola, model, task, tool) {
  const tools = (await pianola.listTools()).tools.map(({ name, description, inputSchema: parameters }) => {
    return { type: 'function', function: { name, description, parameters } };
  });
  const messages = [{ role: 'system', content: pianola.getInstructions() }, { role: 'user', content: task }];
  const usage = { model, input_tokens: 0, cached_input_tokens: 0, output_tokens: 0, largest_prompt_tokens: 0 };
  let facts;
  for (let turn = 0; turn < 30; ++turn) {
    const message = await complete(usage, messages, tools);
    messages.push(message);
    if (!message.tool_calls?.length) {
      console.log(`${model}: ${message.content}`);
      if (!facts) throw new Error(`${model} never called ${tool}`);
      return { usage, facts };
    }
    for (const { id, function: { name, arguments: json } } of message.tool_calls) {
      const result = await pianola.callTool({ name, arguments: JSON.parse(json) });
      if (name === tool) facts = result.structuredContent;
      messages.push({ role: 'tool', tool_call_id: id, content: result.content.map(({ text }) => text).join('\n') });
    }
  }
  throw new Error(`${model} came to no end in 30 turns`);
}

// Once, on the strong model. What that took, this program knows and the model does not: saving the same again adds it.
async function design(pianola) {
  const task =
    'Design and save a Pianola workflow named "mail-triage": it sorts one customer\'s mail, its input "text", into ' +
    'billing, technical or other, and drafts a reply of one sentence. Try it with dry_run until there is no error. ' +
    `Its designed_by is "${STRONG_MODEL}", its executor "${WEAK_MODEL}". Leave out design_usage and design_cost_usd.`;
  const { usage: design_usage, facts } = await work(pianola, STRONG_MODEL, task, 'workflow_save');
  await call(pianola, 'workflow_save', { workflow: { name: facts.name }, base_version: facts.version, design_usage });
}

// For each mail, on the cheap model, as an agent of its own.
async function execute(mail) {
  const pianola = await connect('executor', process.env.EXECUTOR_KEY);
  const task =
    'Find the Pianola workflow that sorts mail, execute it to its end and call execution_finish. ' +
    `You are the executor "${WEAK_MODEL}". Leave out usage. The mail: ${mail}`;
  const { usage, facts } = await work(pianola, WEAK_MODEL, task, 'execution_finish');
  await call(pianola, 'execution_finish', { execution_id: facts.execution_id, outcome: facts.state, usage });
  await pianola.close();
}

const designer = await connect('designer', process.env.DESIGNER_KEY);
const { isError: unknown } = await designer.callTool({ name: 'workflow_get', arguments: { name: 'mail-triage' } });
if (unknown) await design(designer);
await Promise.all(mails.map(execute));
console.log(JSON.stringify(await call(designer, 'cost_summary', { name: 'mail-triage' }), null, 2));
await designer.close();
