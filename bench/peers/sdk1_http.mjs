// The same tool as sdk1.mjs over Streamable HTTP, stateless as the SDK's own example has it: a server and a transport a
// request. Answers are plain JSON, which costs the SDK less than a stream. Usage: node sdk1_http.mjs FILE PORT
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { z } from 'zod';

const text = readFileSync(process.argv[2], 'utf8');
const inputSchema = { name: z.string() };

createServer(async (request, response) => {
  const server = new McpServer({ name: 'sdk1', version: '1' });
  server.registerTool(
    'workflow_get',
    { description: 'Answers with a prepared text.', inputSchema },
    async () => ({ content: [{ type: 'text', text }] }),
  );
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, enableJsonResponse: true });
  response.on('close', () => {
    transport.close();
    server.close();
  });
  await server.connect(transport);
  await transport.handleRequest(request, response);
}).listen(Number(process.argv[3]), '127.0.0.1');
