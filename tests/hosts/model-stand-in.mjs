// Stands in for the model on loopback: speaks the interfaces of three vendors, keeps every request that reaches it, and
// answers with a text or one call of a tool, as `answer(request)` says: { text } or { call: { name, input } }. Answers
// are streamed; those of OpenAI's two interfaces whole, where no stream is asked for, and then tell the tokens of what
// was shown, counted as bytes / 4.
import { once } from 'node:events';
import { createServer } from 'node:http';

// Gives { url, requests, stop }; a request is { model, tools, shown, asked, results }: the tools' names, all that is
// shown as it came, the texts of the user's first message and of the tools' results so far; and `usage`, where told.
export async function startModel(answer = () => ({ text: 'ok' })) {
  const requests = [];
  const server = createServer(async (message, response) => {
    const chunks = await Array.fromAsync(message);
    const shown = Buffer.concat(chunks).toString();
    const vendor = vendors.find(({ path }) => path.test(message.url));
    if (!vendor || message.method !== 'POST') return response.writeHead(404).end('{}');
    const body = JSON.parse(shown);
    const model = vendor.model(body, message.url);
    const tools = vendor.tools(body).map((tool) => tool.name);
    const request = { model, tools, shown, asked: vendor.asked(body), results: vendor.results(body) };
    requests.push(request);
    const answered = await answer(request);
    if (vendor.whole && !body.stream) {
      response.writeHead(200, { 'content-type': 'application/json' });
      request.usage = { input: tokens(shown), output: tokens(JSON.stringify(answered)) };
      return response.end(JSON.stringify({ ...vendor.whole(answered, request.usage, body), model }));
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const [event, data] of vendor.events(answered, body)) {
      response.write(`${event ? `event: ${event}\n` : ''}data: ${JSON.stringify(data)}\n\n`);
    }
    response.end(vendor.end);
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
const textOf = (content) => (Array.isArray(content) ? content.map(({ text }) => text ?? '').join('\n') : `${content}`);
const typed = (events) => events.map((data) => [data.type, data]);

const anthropic = {
  path: /\/messages(\?|$)/,
  model: (body) => body.model,
  tools: (body) => body.tools ?? [],
  asked: ({ messages }) => textOf(messages.find(({ role }) => role === 'user')?.content),
  results: ({ messages }) =>
    messages
      .flatMap(({ content }) => (Array.isArray(content) ? content : []))
      .filter(({ type }) => type === 'tool_result')
      .map(({ content }) => textOf(content)),
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
  // Some tools are in namespaces, and in Codex they come with the messages. `known` is how the call names one.
  tools: ({ tools = [], input }) =>
    [...tools, ...input.flatMap((item) => (item.type === 'additional_tools' ? item.tools : []))].flatMap((tool) => {
      if (tool.type !== 'namespace') return { name: tool.name ?? tool.type };
      return tool.tools.map(({ name, type }) => ({ name, type, known: { name, namespace: tool.name } }));
    }),
  asked: ({ input }) => textOf(input.find(({ role }) => role === 'user')?.content),
  results: ({ input }) =>
    input.filter(({ type }) => /^(function|custom_tool)_call_output$/.test(type)).map(({ output }) => textOf(output)),
  item: ({ text, call }, body) => {
    if (!call) {
      const content = [{ type: 'output_text', text, annotations: [] }];
      return { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content };
    }
    const tool = openai.tools(body).find(({ name }) => name === call.name);
    const named = {
      id: `fc_${++calls}`,
      call_id: `call_${calls}`,
      name: call.name,
      ...tool?.known,
      status: 'completed',
    };
    // A custom tool takes a text: Codex's `exec` a script.
    if (tool?.type === 'custom') return { type: 'custom_tool_call', ...named, input: call.input };
    return { type: 'function_call', ...named, arguments: JSON.stringify(call.input) };
  },
  events: (answered, body) => {
    const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
    return typed([
      { type: 'response.created', response: { id: 'resp_1' } },
      { type: 'response.output_item.done', item: openai.item(answered, body) },
      { type: 'response.completed', response: { id: 'resp_1', usage } },
    ]);
  },
  whole: (answered, { input, output }, body) => ({
    id: 'resp_1',
    object: 'response',
    created_at: 0,
    status: 'completed',
    output: [openai.item(answered, body)],
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
  tools: (body) => (body.tools ?? []).map((tool) => tool.function),
  asked: ({ messages }) => textOf(messages.find(({ role }) => role === 'user')?.content),
  results: ({ messages }) => messages.filter(({ role }) => role === 'tool').map(({ content }) => textOf(content)),
  message: ({ text, call }) => {
    if (!call) return { role: 'assistant', content: text };
    const called = { name: call.name, arguments: JSON.stringify(call.input) };
    const tool_calls = [{ index: 0, id: `call_${++calls}`, type: 'function', function: called }];
    return { role: 'assistant', content: null, tool_calls };
  },
  end: 'data: [DONE]\n\n',
  events: (answered, { model }) => {
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    const finish_reason = answered.call ? 'tool_calls' : 'stop';
    const chunk = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 0, model };
    return [
      ['', { ...chunk, choices: [{ index: 0, delta: chat.message(answered), finish_reason: null }] }],
      ['', { ...chunk, choices: [{ index: 0, delta: {}, finish_reason }] }],
      ['', { ...chunk, choices: [], usage }],
    ];
  },
  whole: (answered, { input, output }) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 0,
    choices: [{ index: 0, message: chat.message(answered), finish_reason: answered.call ? 'tool_calls' : 'stop' }],
    usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
  }),
};

const google = {
  path: /:streamGenerateContent/,
  model: (body, url) => url.match(/models\/([^:]+):/)[1],
  tools: (body) => (body.tools ?? []).flatMap((each) => each.functionDeclarations ?? []),
  asked: ({ contents }) => textOf(contents.find(({ role }) => role === 'user')?.parts),
  results: ({ contents }) =>
    contents
      .flatMap(({ parts }) => parts)
      .filter(({ functionResponse }) => functionResponse)
      .map(({ functionResponse: { response } }) => response.output ?? JSON.stringify(response)),
  events: ({ text, call }) => {
    const parts = [call ? { functionCall: { name: call.name, args: call.input } } : { text }];
    const usageMetadata = { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 };
    const candidate = { index: 0, content: { role: 'model', parts }, finishReason: 'STOP' };
    return [['', { candidates: [candidate], usageMetadata }]];
  },
};

const vendors = [anthropic, openai, chat, google];
