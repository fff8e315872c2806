// A server over HTTP for a test: starts it on a free port and waits until it says where it serves.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

// A key to a store, made by the program.
export function makeKey(program, store, role = 'designer') {
  const made = execFileSync(program, ['key', 'create', '--role', role, '--json', '--store', store], { encoding: 'utf8' });
  return JSON.parse(made).key;
}

// `command` with its arguments; gives { url, line, reload, stop }. line(test) gives the next line on standard error that
// passes the test. stop() waits for the end in order and gives the exit code.
export async function startServer(command, args) {
  const server = spawn(command, args, { stdio: ['ignore', 'inherit', 'pipe'] });
  const exited = once(server, 'exit');
  const lines = createInterface({ input: server.stderr })[Symbol.asyncIterator]();
  const line = async (test) => {
    for (let next = await lines.next(); !next.done; next = await lines.next()) {
      if (test(next.value)) return next.value;
    }
    throw new Error(`${command} ${args.join(' ')} ended`);
  };
  const served = await line((text) => text.includes('serving MCP on'));
  return {
    url: served.match(/serving MCP on (https?:\S+)/)[1],
    line,
    reload: () => server.kill('SIGHUP'),
    stop: async () => {
      server.kill('SIGTERM');
      return (await exited)[0];
    },
  };
}
