import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStaticServer } from '../../../cli/serve/static-server.js';
import { listen } from '../../../cli/serve.js';
import { writeFiles } from './scratch.js';

let parent: string;
let folder: string;
const servers: Server[] = [];
let port: number;
let shopPort: number;

async function start(base: string): Promise<number> {
  const server = createStaticServer({ folder, base });
  servers.push(server);
  return listen(server, '127.0.0.1', 0);
}

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'portside-test-'));
  folder = join(parent, 'site');
  await writeFiles(parent, {
    'secret.txt': 'secret',
    'site/index.html': '<title>front</title>',
    'site/404.html': '<title>shell</title>',
    'site/sw.js': '0123456789',
    'site/about/index.html': 'about',
    'site/.portside/image.0123456789abcdef.bin': 'image',
    'site/.portside/shell.0123456789abcdef.js': 'shell',
    'site/.portside/licenses.txt': 'licences',
    'site/app.wasm': '\0asm',
    'site/café ü.txt': 'name',
  });
  port = await start('/');
  shopPort = await start('/shop/');
});

afterAll(async () => {
  for (const server of servers) server.close();
  await rm(parent, { recursive: true });
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Sends the path as it is given: `fetch` would normalise it. */
async function ask(path: string, headers: Record<string, string> = {}, method = 'GET', to = port): Promise<Answer> {
  const outgoing = request({ host: '127.0.0.1', port: to, path, headers, method, agent: false }).end();
  const [response]: IncomingMessage[] = await once(outgoing, 'response');
  if (!response) throw new Error('no response');
  let body = '';
  for await (const chunk of response) body += chunk;
  return { status: response.statusCode, headers: response.headers, body };
}

describe('files', () => {
  test.each([
    ['/', 'text/html; charset=utf-8'],
    ['/sw.js', 'text/javascript; charset=utf-8'],
    ['/app.wasm', 'application/wasm'],
    ['/.portside/image.0123456789abcdef.bin', 'application/octet-stream'],
    ['/.portside/licenses.txt', 'text/plain; charset=utf-8'],
    ['/caf%C3%A9%20%C3%BC.txt?query', 'text/plain; charset=utf-8'],
  ])('%s has its type', async (path, type) => {
    const { status, headers } = await ask(path);
    expect([status, headers['content-type']]).toEqual([200, type]);
    expect(headers).not.toHaveProperty('content-encoding');
    expect(headers).not.toHaveProperty('cross-origin-opener-policy');
    expect(headers).not.toHaveProperty('cross-origin-embedder-policy');
  });

  test('keep for ever under a hashed name only', async () => {
    const immutable = 'public, max-age=31536000, immutable';
    expect((await ask('/.portside/shell.0123456789abcdef.js')).headers['cache-control']).toBe(immutable);
    expect((await ask('/.portside/image.0123456789abcdef.bin')).headers['cache-control']).toBe(immutable);
    for (const path of ['/', '/sw.js', '/.portside/licenses.txt', '/none', '/.portside/none.0123456789abcdef.jpg']) {
      expect((await ask(path)).headers['cache-control'], path).toBe('no-cache');
    }
  });

  test('answer HEAD as GET, without the body', async () => {
    const head = await ask('/sw.js', {}, 'HEAD');
    expect([head.status, head.headers['content-length'], head.body]).toEqual([200, '10', '']);
  });

  test('are not sent again when they have not changed', async () => {
    const { headers } = await ask('/sw.js');
    expect((await ask('/sw.js', { 'If-None-Match': String(headers.etag) })).status).toBe(304);
    expect((await ask('/sw.js', { 'If-Modified-Since': String(headers['last-modified']) })).status).toBe(304);
    expect((await ask('/sw.js', { 'If-None-Match': '"other"' })).status).toBe(200);
  });

  test.each([
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=8-', 206, '89', 'bytes 8-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=10-', 416, 'The file has no such range.\n', 'bytes */10'],
    ['lines=1-2', 200, '0123456789', undefined],
  ])('answer the range %s', async (range, status, body, contentRange) => {
    const answer = await ask('/sw.js', { Range: range });
    expect([answer.status, answer.body, answer.headers['content-range']]).toEqual([status, body, contentRange]);
  });

  test('answer to no other method', async () => {
    const { status, headers } = await ask('/', {}, 'POST');
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
  });
});

describe('what is not there', () => {
  test.each(['/none', '/none/deep?x=1', '/sw.js/', '/index.html/x'])(
    '%s is the shell with status 404',
    async (path) => {
      const { status, body, headers } = await ask(path, { Range: 'bytes=0-1', 'If-None-Match': '*' });
      expect([status, body, headers['content-type']]).toEqual([
        404,
        '<title>shell</title>',
        'text/html; charset=utf-8',
      ]);
    },
  );

  test.each(['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/about/../../secret.txt', '//../secret.txt'])(
    '%s does not lead out of the folder',
    async (path) => {
      const { status, body } = await ask(path);
      expect(status).toBe(404);
      expect(body).not.toContain('secret');
    },
  );

  test('a path that cannot be decoded is a bad request', async () => {
    expect((await ask('/%ff%')).status).toBe(400);
    expect((await ask('/a%00b')).status).toBe(400);
  });
});

describe('directories', () => {
  test('have a slash at their end, and show their index', async () => {
    expect((await ask('/about?x=1')).headers.location).toBe('/about/?x=1');
    expect((await ask('/about/')).body).toBe('about');
  });

  test('never redirect to another host', async () => {
    const { headers } = await ask('//about');
    expect(headers.location ?? '/').toMatch(/^\/(?!\/)/);
  });
});

describe('under a base', () => {
  test('the site is where it was packed for, and nowhere else', async () => {
    expect((await ask('/shop/', {}, 'GET', shopPort)).body).toBe('<title>front</title>');
    expect((await ask('/shop/sw.js', {}, 'GET', shopPort)).body).toBe('0123456789');
    expect((await ask('/shop?a', {}, 'GET', shopPort)).headers.location).toBe('/shop/?a');
    expect((await ask('/shop/about', {}, 'GET', shopPort)).headers.location).toBe('/shop/about/');
    expect((await ask('/shop/none', {}, 'GET', shopPort)).body).toBe('<title>shell</title>');
    expect((await ask('/sw.js', {}, 'GET', shopPort)).status).toBe(404);
    expect((await ask('/shopping/sw.js', {}, 'GET', shopPort)).status).toBe(404);
  });
});

test('a port that is taken is a clear error', async () => {
  const server = createStaticServer({ folder, base: '/' });
  await expect(listen(server, '127.0.0.1', port)).rejects.toMatchObject({ code: 'port-in-use' });
  await expect(listen(server, '192.0.2.1', 0)).rejects.toMatchObject({ code: 'listen-failed' });
});
