// A tool on the official TypeScript SDK v1 that answers with one prepared text. Usage: node sdk1.mjs FILE
import { readFileSync } from 'node:fs';

import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { z } from 'zod';

const text = readFileSync(process.argv[2], 'utf8');
const server = new McpServer({ name: 'sdk1', version: '1' });
server.registerTool(
  'workflow_get',
  { description: 'Answers with a prepared text.', inputSchema: { name: z.string() } },
  async () => ({ content: [{ type: 'text', text }] }),
);
await server.connect(new StdioServerTransport());
