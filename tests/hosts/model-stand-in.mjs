// Stands in for the model on loopback: speaks the streaming interface of three vendors, keeps every request that
// reaches it, and answers with a text or one call of a tool, as `answer(request)` says: { text } or
// { call: { name, input } } (of OpenAI's interface texts alone).
import { once } from 'node:events';
import { createServer } from 'node:http';

// Gives { url, requests, stop }; a request is { model, tools, shown }: the tools' names, and all that is shown.
export async function startModel(answer = () => ({ text: 'ok' })) {
  const requests = [];
  const server = createServer(async (message, response) => {
    const chunks = await Array.fromAsync(message);
    const shown = Buffer.concat(chunks).toString();
    const vendor = vendors.find(({ path }) => path.test(message.url));
    if (!vendor || message.method !== 'POST') return response.writeHead(404).end('{}');
    const body = JSON.parse(shown);
    const request = { model: vendor.model(body, message.url), tools: vendor.tools(body), shown };
    requests.push(request);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const [event, data] of vendor.events(answer(request))) {
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
  events: ({ text }) => {
    const content = [{ type: 'output_text', text }];
    const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
    return typed([
      { type: 'response.created', response: { id: 'resp_1' } },
      { type: 'response.output_item.done', item: { type: 'message', role: 'assistant', id: 'msg_1', content } },
      { type: 'response.completed', response: { id: 'resp_1', usage } },
    ]);
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

const vendors = [anthropic, openai, google];
