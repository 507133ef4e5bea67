/** Servers of others, built for the kernel, and asked over a port of this machine. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { port } from '../../guest/build-ports.mjs';

const portside = fileURLToPath(new URL('../../dist/cli/portside.js', import.meta.url));
const BUILD_TIMEOUT = 1_800_000;

let folder = '';
let running: ChildProcess | null = null;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portside-servers-'));
});
afterEach(async () => {
  if (running?.exitCode === null) {
    running.kill('SIGKILL');
    await once(running, 'exit');
  }
  await rm(folder, { recursive: true, force: true });
});

/** A TCP port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: free } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return free;
}

/** Starts a server in the folder, which it has at /m, and waits until it says that it is there. */
async function serve(guestPort: number, ready: RegExp, ...command: string[]): Promise<number> {
  const hostPort = await freePort();
  const options = ['--mount', `${folder}:/m`, '--listen', `${hostPort}:${guestPort}`];
  const child = spawn(process.execPath, [portside, 'run', ...options, ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running = child;
  const said: string[] = [];
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      createInterface(stream).on('line', (line) => {
        said.push(line);
        if (ready.test(line)) resolve();
      });
    child.once('exit', () => reject(new Error(said.join('\n'))));
  });
  return hostPort;
}

async function ended(): Promise<number | null> {
  if (running?.exitCode === null) await once(running, 'exit');
  return running?.exitCode ?? null;
}

describe('nginx', () => {
  beforeAll(async () => {
    await port('nginx', () => {});
  }, BUILD_TIMEOUT);

  test('serves files and passes requests on, with a master and two workers, until it is told to end', async () => {
    const large = randomBytes(3_000_000);
    await mkdir(join(folder, 'html'));
    await writeFile(join(folder, 'html/index.html'), 'a page');
    // Its workers are nobody's, as its `user` has it, and go through the folder.
    await chmod(folder, 0o755);
    await writeFile(join(folder, 'html/large'), large);
    const configuration = `daemon off; worker_processes 2; error_log stderr notice; events { }
http {
  server {
    listen 80; root /m/html;
    location /status { stub_status; }
    location /behind/ { proxy_pass http://127.0.0.1:81/; }
  }
  server { listen 127.0.0.1:81; root /m/html; add_header Behind $server_port; }
}`;
    await writeFile(join(folder, 'nginx.conf'), configuration);
    const at = await serve(80, /start worker process \d+/, 'nginx', '-c', '/m/nginx.conf');
    const ask = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${at}${path}`, init);
    const page = await ask('/');
    expect([page.status, page.headers.get('server'), await page.text()]).toEqual([200, 'nginx/1.22.1', 'a page']);
    const etag = page.headers.get('etag') ?? '';
    expect((await ask('/', { headers: { 'If-None-Match': etag } })).status).toBe(304);
    expect((await ask('/nothing')).status).toBe(404);
    expect(Buffer.from(await (await ask('/large')).arrayBuffer()).equals(large)).toBe(true);
    const part = await ask('/large', { headers: { Range: 'bytes=1000000-1000009' } });
    expect([part.status, Buffer.from(await part.arrayBuffer())]).toEqual([206, large.subarray(1_000_000, 1_000_010)]);
    const behind = await ask('/behind/large');
    expect(behind.headers.get('behind')).toBe('81');
    expect(Buffer.from(await behind.arrayBuffer()).equals(large)).toBe(true);
    expect(await (await ask('/status')).text()).toContain('Active connections');
    const many = await Promise.all(Array.from({ length: 40 }, async () => (await ask('/')).text()));
    expect(new Set(many)).toEqual(new Set(['a page']));
    running?.kill('SIGTERM');
    expect(await ended()).toBe(0);
  });
});

/** Sends commands to Redis one after another, inline; the first line of each answer, and the next of one with a length. */
async function redis(at: number, ...commands: string[]): Promise<string[]> {
  const socket = connect(at, '127.0.0.1');
  const lines = createInterface(socket)[Symbol.asyncIterator]();
  const answers: string[] = [];
  for (const command of commands) {
    socket.write(`${command}\r\n`);
    const { value: first, done } = await lines.next();
    if (done) break;
    answers.push(/^\$\d/.test(first) ? String((await lines.next()).value) : first);
  }
  socket.destroy();
  return answers;
}

describe('Redis', () => {
  beforeAll(async () => {
    await port('redis', () => {});
  }, BUILD_TIMEOUT);

  const start = () =>
    serve(6379, /Ready to accept connections/, 'redis', '--dir', '/m', '--save', '', '--appendonly', 'yes');

  test('keeps what it is told, runs scripts, saves from a child, and has it all when it is started again', async () => {
    const script = `return redis.call('incrby', KEYS[1], 40) + #ARGV[1]`;
    const first = await redis(
      await start(),
      ...['PING', 'SET greeting hello', 'INCR n', `EVAL "${script}" 1 n ab`, 'LPUSH list a b c', 'BGREWRITEAOF'],
      ...['CONFIG GET port', 'SHUTDOWN'],
    );
    expect(first.slice(0, 5)).toEqual(['+PONG', '+OK', ':1', ':43', ':3']);
    expect(first[5]).toContain('rewriting started');
    expect(await ended()).toBe(0);
    expect((await readFile(join(folder, 'appendonlydir/appendonly.aof.manifest'), 'utf8')).length).toBeGreaterThan(0);
    expect(await redis(await start(), 'GET greeting', 'GET n', 'LLEN list')).toEqual(['hello', '41', ':3']);
    running?.kill('SIGTERM');
    expect(await ended()).toBe(0);
  });

  test('tells those who wait for a message, and those who wait for an element', async () => {
    const at = await start();
    const waiting = redis(at, 'BLPOP queue 0');
    const socket = connect(at, '127.0.0.1');
    const lines = createInterface(socket)[Symbol.asyncIterator]();
    socket.write('SUBSCRIBE news\r\n');
    const take = async (count: number) => {
      const taken: string[] = [];
      for (let i = 0; i < count; i++) taken.push(String((await lines.next()).value));
      return taken;
    };
    expect((await take(6)).at(-1)).toBe(':1');
    expect(await redis(at, 'PUBLISH news today', 'RPUSH queue element')).toEqual([':1', ':1']);
    expect((await take(7)).at(-1)).toBe('today');
    expect(await waiting).toEqual(['*2']);
    socket.destroy();
  });
});
