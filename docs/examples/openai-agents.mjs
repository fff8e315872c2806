// Agents with the OpenAI Agents SDK: a strong model designs a workflow once, a cheap one executes it on every mail. How
// to run it, over stdio and HTTP: README.md.
import { Agent, MCPServerStdio, MCPServerStreamableHttp, run } from '@openai/agents';

const { STRONG_MODEL = 'gpt-6-sol', WEAK_MODEL = 'gpt-6-luna' } = process.env;
const mails = process.argv.slice(2);
if (mails.length === 0) mails.push('Hello, I was charged twice for order 77. Ada', 'Hello, the app is down. Grace');

// With $PIANOLA_URL a server for all, and the key says what its bearer may do; else a `pianola serve` for each client.
async function connect(role, key) {
  const { PIANOLA_URL: url } = process.env;
  const pianola = url
    ? new MCPServerStreamableHttp({ url, requestInit: { headers: { authorization: `Bearer ${key}` } } })
    : new MCPServerStdio({ command: 'pianola', args: ['serve', '--role', role], env: process.env });
  await pianola.connect();
  return pianola;
}

// Calls a tool without a model; gives the facts that it answers with.
async function call(pianola, tool, args) {
  const { isError, structuredContent: facts } = await pianola.callTool(tool, args);
  if (isError) throw new Error(`${tool}: ${facts.error.message}`);
  return facts;
}

// The agent calls tools until it answers in words. Gives its tokens, and the facts that `tool` answered with last.
async function work(pianola, model, task, tool) {
  const agent = new Agent({ name: 'Agent', model, mcpServers: [pianola] });
  const { finalOutput, newItems, rawResponses } = await run(agent, task, { maxTurns: 30 });
  console.log(`${model}: ${finalOutput}`);
  const usage = { model, input_tokens: 0, cached_input_tokens: 0, output_tokens: 0, largest_prompt_tokens: 0 };
  for (const { usage: used } of rawResponses) {
    const cached = used.inputTokensDetails[0]?.cached_tokens ?? 0;
    usage.input_tokens += used.inputTokens - cached;
    usage.cached_input_tokens += cached;
    usage.output_tokens += used.outputTokens;
    usage.largest_prompt_tokens = Math.max(usage.largest_prompt_tokens, used.inputTokens);
  }
  const answer = newItems.findLast(({ type, rawItem }) => type === 'tool_call_output_item' && rawItem.name === tool);
  if (!answer) throw new Error(`${model} never called ${tool}`);
  return { usage, facts: JSON.parse(answer.output.text) };
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
const { isError: unknown } = await designer.callTool('workflow_get', { name: 'mail-triage' });
if (unknown) await design(designer);
await Promise.all(mails.map(execute));
console.log(JSON.stringify(await call(designer, 'cost_summary', { name: 'mail-triage' }), null, 2));
await designer.close();
