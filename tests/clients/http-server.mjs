// A server over HTTP for a test: starts it on a free port and waits until it says where it serves.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

// `command` with its arguments; gives { url, stop }. stop() waits for the end in order and gives the exit code.
export async function startServer(command, args) {
  const server = spawn(command, args, { stdio: ['ignore', 'inherit', 'pipe'] });
  const exited = once(server, 'exit');
  let url;
  for await (const line of createInterface({ input: server.stderr })) {
    url = line.match(/serving MCP on (http:\S+)/)?.[1];
    if (url) break;
  }
  if (!url) throw new Error(`${command} ${args.join(' ')} did not serve`);
  server.stderr.on('data', (bytes) => process.stderr.write(bytes));
  return {
    url,
    stop: async () => {
      server.kill('SIGTERM');
      return (await exited)[0];
    },
  };
}
