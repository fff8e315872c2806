// Stands in for the model on loopback: speaks the interfaces of three vendors, keeps every request that reaches it, and
// answers with a text or one call of a tool, as `answer(request)` says: { text } or { call: { name, input } }. Answers
// are streamed; those of OpenAI's two interfaces whole, where no stream is asked for, and then tell the tokens of what
// was shown, counted as bytes / 4.
import { once } from 'node:events';
import { createServer } from 'node:http';

// Gives { url, requests, stop }; a request is { model, tools, shown }: the tools' names, and all that is shown; over
// OpenAI's interfaces also what the user `asked`, the texts of the tools' `results` so far, and the `usage` told of it.
export async function startModel(answer = () => ({ text: 'ok' })) {
  const requests = [];
  const server = createServer(async (message, response) => {
    const chunks = await Array.fromAsync(message);
    const shown = Buffer.concat(chunks).toString();
    const vendor = vendors.find(({ path }) => path.test(message.url));
    if (!vendor || message.method !== 'POST') return response.writeHead(404).end('{}');
    const body = JSON.parse(shown);
    const model = vendor.model(body, message.url);
    const request = { model, tools: vendor.tools(body), shown, ...vendor.said?.(body) };
    requests.push(request);
    const answered = await answer(request);
    if (vendor.whole && !body.stream) {
      response.writeHead(200, { 'content-type': 'application/json' });
      request.usage = { input: tokens(shown), output: tokens(JSON.stringify(answered)) };
      return response.end(JSON.stringify({ ...vendor.whole(answered, request.usage), model }));
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const [event, data] of vendor.events(answered)) {
      response.write(`${event ? `event: ${event}\n` : ''}data: ${JSON.stringify(data)}\n\n`);
    }
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, requests, stop };
}

// Every call has its own id: servers know a repeated call by it.
let calls = 0;
const tokens = (text) => Math.ceil(text.length / 4);
const textOf = (content) => (Array.isArray(content) ? content.map(({ text }) => text).join('\n') : `${content}`);
const typed = (events) => events.map((data) => [data.type, data]);

const anthropic = {
  path: /\/messages(\?|$)/,
  model: (body) => body.model,
  tools: (body) => (body.tools ?? []).map((tool) => tool.name),
  events: ({ text, call }) => {
    const block = call
      ? { type: 'tool_use', id: `toolu_${++calls}`, name: call.name, input: {} }
      : { type: 'text', text: '' };
    const delta = call
      ? { type: 'input_json_delta', partial_json: JSON.stringify(call.input) }
      : { type: 'text_delta', text };
    const usage = { input_tokens: 1, output_tokens: 1 };
    const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'stand-in', content: [], usage };
    return typed([
      { type: 'message_start', message },
      { type: 'content_block_start', index: 0, content_block: block },
      { type: 'content_block_delta', index: 0, delta },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: call ? 'tool_use' : 'end_turn' }, usage },
      { type: 'message_stop' },
    ]);
  },
};

const openai = {
  path: /\/responses(\?|$)/,
  model: (body) => body.model,
  tools: (body) => (body.tools ?? []).map((tool) => tool.name ?? tool.type),
  said: ({ input }) => ({
    asked: textOf(input.find(({ role }) => role === 'user')?.content),
    results: input.filter(({ type }) => type === 'function_call_output').map(({ output }) => textOf(output)),
  }),
  item: ({ text, call }) =>
    call
      ? {
          type: 'function_call',
          id: `fc_${++calls}`,
          call_id: `call_${calls}`,
          name: call.name,
          arguments: JSON.stringify(call.input),
          status: 'completed',
        }
      : {
          type: 'message',
          id: 'msg_1',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text, annotations: [] }],
        },
  events: (answered) => {
    const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
    return typed([
      { type: 'response.created', response: { id: 'resp_1' } },
      { type: 'response.output_item.done', item: openai.item(answered) },
      { type: 'response.completed', response: { id: 'resp_1', usage } },
    ]);
  },
  whole: (answered, { input, output }) => ({
    id: 'resp_1',
    object: 'response',
    created_at: 0,
    status: 'completed',
    output: [openai.item(answered)],
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: input + output,
    },
  }),
};

// OpenAI's older interface, which most other vendors speak too.
const chat = {
  path: /\/chat\/completions(\?|$)/,
  model: (body) => body.model,
  tools: (body) => (body.tools ?? []).map((tool) => tool.function.name),
  said: ({ messages }) => ({
    asked: textOf(messages.find(({ role }) => role === 'user')?.content),
    results: messages.filter(({ role }) => role === 'tool').map(({ content }) => textOf(content)),
  }),
  whole: ({ text, call }, { input, output }) => {
    const message = { role: 'assistant', content: text ?? null };
    if (call) {
      const called = { name: call.name, arguments: JSON.stringify(call.input) };
      message.tool_calls = [{ id: `call_${++calls}`, type: 'function', function: called }];
    }
    return {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 0,
      choices: [{ index: 0, message, finish_reason: call ? 'tool_calls' : 'stop' }],
      usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
    };
  },
};

const google = {
  path: /:streamGenerateContent/,
  model: (body, url) => url.match(/models\/([^:]+):/)[1],
  tools: (body) => (body.tools ?? []).flatMap((each) => each.functionDeclarations ?? []).map((tool) => tool.name),
  events: ({ text, call }) => {
    const parts = [call ? { functionCall: { name: call.name, args: call.input } } : { text }];
    const usageMetadata = { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 };
    const candidate = { index: 0, content: { role: 'model', parts }, finishReason: 'STOP' };
    return [['', { candidates: [candidate], usageMetadata }]];
  },
};

const vendors = [anthropic, openai, chat, google];
