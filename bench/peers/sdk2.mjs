// A tool on the official TypeScript SDK v2, modern era, that answers with one prepared text. Usage: node sdk2.mjs FILE
import { readFileSync } from 'node:fs';

import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';

const text = readFileSync(process.argv[2], 'utf8');
serveStdio(() => {
  const server = new McpServer({ name: 'sdk2', version: '1' });
  server.registerTool(
    'workflow_get',
    { description: 'Answers with a prepared text.', inputSchema: z.object({ name: z.string() }) },
    async () => ({ content: [{ type: 'text', text }] }),
  );
  return server;
});
