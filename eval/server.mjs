// A client of the real program over stdio: starts `pianola serve` on a scratch store and calls its tools.
import {spawn} from 'node:child_process';
import {createInterface} from 'node:readline';

export class Server {
  // `root`: a folder whose files it may read.
  constructor(program, store, root) {
    this.process = spawn(program, ['--store', store, 'serve', ...(root ? ['--root', root] : [])], {stdio: ['pipe', 'pipe', 'inherit']});
    this.waiting = new Map();
    this.next = 1;
    createInterface({input: this.process.stdout}).on('line', (line) => this.#take(JSON.parse(line)));
    this.ended = new Promise((resolve) => this.process.on('exit', resolve));
    this.ended.then((code) => {
      for (const {reject} of this.waiting.values()) reject(new Error(`the server ended with ${code}`));
    });
  }

  #take(message) {
    const waiting = this.waiting.get(message.id);
    if (!waiting) return;
    this.waiting.delete(message.id);
    if (message.error) waiting.reject(new Error(message.error.message));
    else waiting.resolve(message.result);
  }

  request(method, params) {
    const id = this.next++;
    this.process.stdin.write(JSON.stringify({jsonrpc: '2.0', id, method, params}) + '\n');
    return new Promise((resolve, reject) => this.waiting.set(id, {resolve, reject}));
  }

  async open() {
    await this.request('initialize',
        {protocolVersion: '2025-11-25', capabilities: {}, clientInfo: {name: 'eval', version: '1'}});
    this.process.stdin.write(JSON.stringify({jsonrpc: '2.0', method: 'notifications/initialized'}) + '\n');
  }

  // The result of a tool as it is, refusals included.
  call(name, args) {
    return this.request('tools/call', {name, arguments: args});
  }

  // The result of a tool that must not refuse.
  async must(name, args) {
    const result = await this.call(name, args);
    if (result.isError) throw new Error(`${name}: ${result.content?.[0]?.text}`);
    return result;
  }

  async close() {
    this.process.stdin.end();
    await this.ended;
  }
}
