// The same tool as sdk2.mjs over Streamable HTTP, modern era, with the SDK's own handler. Usage: node sdk2_http.mjs FILE PORT
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';

const text = readFileSync(process.argv[2], 'utf8');
const inputSchema = z.object({ name: z.string() });

const handler = createMcpHandler(() => {
  const server = new McpServer({ name: 'sdk2', version: '1' });
  server.registerTool(
    'workflow_get',
    { description: 'Answers with a prepared text.', inputSchema },
    async () => ({ content: [{ type: 'text', text }] }),
  );
  return server;
});
createServer(toNodeHandler(handler)).listen(Number(process.argv[3]), '127.0.0.1');
