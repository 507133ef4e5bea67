/** The same exchange against servers that nobody here wrote, over real TCP; and the parser beside Node's own. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, request, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_CHUNK, WINDOW_CHUNKS } from '../../../protocol/bridge.js';
import { netNetwork } from './support/net-network.js';
import { bytesOf, exchangeWith, Recorder, text } from './support/recorder.js';

const MIB = 2 ** 20;

/** Pseudo-random bytes, the same for the same seed: nothing that a zero-filled buffer passes for. */
function noise(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    bytes[i] = state >> 16;
  }
  return bytes;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Sends `bytes` as a streamed body, within the window. */
async function stream(seen: ReturnType<typeof exchangeWith>, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  let sent = 0;
  for (let at = 0; at < bytes.length; at += MAX_CHUNK) {
    seen.exchange.pushBody(bytes.buffer.slice(at, at + MAX_CHUNK));
    sent++;
    await seen.until(() => sent - seen.creditsGiven < WINDOW_CHUNKS || seen.ended);
  }
  seen.exchange.endBody();
}

const portOf = (server: { address(): AddressInfo | string | null }): number => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Not a TCP server');
  return address.port;
};

describe('a node:http server', () => {
  const big = noise(20 * MIB);
  let server: Server;
  let port = 0;
  /** Resolves when a response to `/endless` was closed by its client. */
  let aborted: Promise<unknown>;

  const pages: Record<string, RequestListener> = {
    '/length': (_request, response) => response.setHeader('Content-Length', big.length).end(big),
    '/chunked': (_request, response) => {
      response.setHeader('Trailer', 'X-Sum');
      for (let at = 0; at < big.length; at += 33_333) response.write(big.subarray(at, at + 33_333));
      response.addTrailers({ 'X-Sum': '1' });
      response.end();
    },
    '/close': (_request, response) => {
      response.useChunkedEncodingByDefault = false;
      response.removeHeader('Transfer-Encoding');
      response.end(big);
    },
    '/204': (_request, response) => response.writeHead(204).end(),
    '/304': (_request, response) => response.writeHead(304, { ETag: '"x"' }).end(),
    '/hints': (_request, response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' });
      response.writeProcessing();
      response.end('after hints');
    },
    '/cookies': (_request, response) => response.setHeader('Set-Cookie', ['a=1', 'b=2']).end(),
    '/cut': (_request, response) => {
      response.setHeader('Content-Length', 100);
      response.write('some', () => response.destroy());
    },
    '/echo': (incoming, response) => {
      response.setHeader(
        'X-Framing',
        incoming.headers['transfer-encoding'] ?? incoming.headers['content-length'] ?? 'none',
      );
      incoming.pipe(response);
    },
    '/endless': (_request, response) => {
      aborted = once(response, 'close');
      const more = () => {
        while (!response.destroyed && response.write(big.subarray(0, 65536)));
      };
      response.on('drain', more);
      more();
    },
  };

  beforeAll(async () => {
    server = createServer((incoming, response) => (pages[incoming.url ?? ''] ?? pages['/204'])?.(incoming, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = portOf(server);
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const get = (target: string, more = {}, recorder = new Recorder()) =>
    exchangeWith(netNetwork, { port, target, ...more }, {}, recorder).finished();

  it.each(['/length', '/chunked', '/close'])('gives 20 MiB whole: %s', async (target) => {
    const seen = await get(target);
    expect(seen.failure).toBeNull();
    expect(sha256(seen.body)).toBe(sha256(big));
  });

  it.each(['/204', '/304'])('answers %s without a body', async (target) => {
    expect(await get(target)).toMatchObject({ inline: true, received: 0, head: { status: Number(target.slice(1)) } });
  });

  it('answers HEAD without a body', async () => {
    const seen = await get('/length', { method: 'HEAD' });
    expect(seen).toMatchObject({ inline: true, received: 0, failure: null });
    expect(seen.head?.headers).toContainEqual(['Content-Length', String(big.length)]);
  });

  it('may send interim responses and repeated fields', async () => {
    expect(text((await get('/hints')).body)).toBe('after hints');
    const cookies = (await get('/cookies')).head?.headers.filter(([name]) => name === 'Set-Cookie');
    expect(cookies?.map(([, value]) => value)).toEqual(['a=1', 'b=2']);
  });

  it('that breaks off is noticed', async () => {
    const seen = await get('/cut');
    expect(text(seen.body)).toBe('some');
    expect(seen.failure?.code).toBe('guest-truncated-response');
  });

  it.each([
    ['of known length', { bodyLength: 20 * MIB }, 'collect', String(20 * MIB)],
    ['collected', {}, 'collect', String(20 * MIB)],
    ['in chunks', {}, 'chunked', 'chunked'],
  ] as const)('echoes 20 MiB while they are sent, %s', async (_what, more, unknownLength, framing) => {
    const seen = exchangeWith(
      netNetwork,
      { port, target: '/echo', method: 'POST', body: 'stream', ...more },
      { unknownLength },
    );
    await stream(seen, big);
    await seen.finished();
    expect(seen.failure).toBeNull();
    expect(seen.head?.headers).toContainEqual(['X-Framing', framing]);
    expect(sha256(seen.body)).toBe(sha256(big));
  });

  it('hears of a client that went away', async () => {
    const recorder = new Recorder();
    recorder.autoCredit = false;
    const seen = exchangeWith(netNetwork, { port, target: '/endless' }, {}, recorder);
    await seen.until(() => seen.outstanding === WINDOW_CHUNKS);
    seen.exchange.cancel();
    await aborted;
  });

  it('that refuses the connection fails with a code', async () => {
    const free = createTcpServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const unused = portOf(free);
    free.close();
    await once(free, 'close');
    const seen = await exchangeWith(netNetwork, { port: unused }).finished();
    expect(seen.failure?.code).toBe('guest-closed-early');
  });
});

describe('beside the parser of Node', () => {
  it('well-formed responses are read alike', async () => {
    let response: Uint8Array = new Uint8Array(0);
    const sockets = new Set<Socket>();
    const server = createTcpServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('data', () => socket.end(response));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = portOf(server);

    const ours = async (method: string) => {
      const seen = await exchangeWith(netNetwork, { port, method }, { emptyResponseRetries: 0 }).finished();
      const headers = seen.head?.headers.map(([name, value]) => [name, value]);
      return {
        status: seen.head?.status,
        text: seen.head?.statusText,
        headers,
        body: text(seen.body),
        failed: seen.failure !== null,
      };
    };
    const theirs = (method: string) =>
      new Promise((resolve, reject) => {
        request({ port, host: '127.0.0.1', method, agent: false }, async (incoming) => {
          const body: Uint8Array[] = [];
          let failed = false;
          incoming.on('data', (chunk: Uint8Array) => body.push(chunk));
          incoming.on('error', () => {
            failed = true;
          });
          incoming.on('close', () => {
            const raw = incoming.rawHeaders;
            const headers = Array.from({ length: raw.length / 2 }, (_, i) => [raw[i * 2], raw[i * 2 + 1]]);
            resolve({
              status: incoming.statusCode,
              text: incoming.statusMessage,
              headers,
              body: Buffer.concat(body).toString(),
              failed,
            });
          });
        })
          .on('error', reject)
          .end();
      });

    const field = fc.tuple(
      fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,8}$/),
      fc.stringMatching(/^([!-~]([ !-~]{0,10}[!-~])?)?$/),
    );
    const fields = fc.array(
      field.filter(
        ([name]) => !/^(content-length|transfer-encoding|connection|upgrade|trailer|expect|keep-alive)$/i.test(name),
      ),
      { maxLength: 5 },
    );
    const body = fc.string({ maxLength: 200, unit: fc.constantFrom('a', 'b', '\r', '\n', '0', ' ') });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'HEAD'),
        fc.constantFrom(200, 201, 204, 304, 404, 500),
        fields,
        body,
        fc.constantFrom('length', 'chunked', 'close', 'cut'),
        fc.array(fc.constantFrom('HTTP/1.1 102 Processing\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n'), {
          maxLength: 2,
        }),
        async (method, status, list, content, framing, interim) => {
          const bodyless = method === 'HEAD' || status === 204 || status === 304;
          const lines = list.map(([name, value]) => `${name}: ${value}\r\n`).join('');
          const framed = {
            length: [`Content-Length: ${content.length}\r\n`, content],
            cut: [`Content-Length: ${content.length + 9}\r\n`, content],
            close: ['', content],
            chunked: [
              'Transfer-Encoding: chunked\r\n',
              `${content === '' ? '' : `${content.length.toString(16)};x=y\r\n${content}\r\n`}0\r\nT: u\r\n\r\n`,
            ],
          }[framing];
          const head = `HTTP/1.1 ${status} Some reason\r\n${lines}${framed[0]}\r\n`;
          response = bytesOf(interim.join('') + head + (bodyless ? '' : framed[1]));
          expect(await ours(method)).toEqual(await theirs(method));
        },
      ),
      { numRuns: 150 },
    );
    for (const socket of sockets) socket.destroy();
    server.close();
  }, 30_000);
});

const php = ['php8.2', 'php'].find((name) => spawnSync(name, ['-v']).status === 0);

describe.skipIf(php === undefined)("PHP's built-in server", () => {
  const big = noise(50 * MIB);
  const folder = mkdtempSync(join(tmpdir(), 'portside-php-'));
  let child: ChildProcess;
  let port = 0;

  beforeAll(async () => {
    writeFileSync(join(folder, 'big.bin'), big);
    writeFileSync(join(folder, 'small.txt'), 'x'.repeat(1024));
    writeFileSync(
      join(folder, 'upload.php'),
      `<?php echo json_encode([$_SERVER['REQUEST_METHOD'], $_SERVER['CONTENT_LENGTH'] ?? null, hash_file('sha256', 'php://input')]);`,
    );
    writeFileSync(
      join(folder, 'flush.php'),
      // Goes on only when the piece before was seen.
      '<?php for ($i = 0; $i < 5; $i++) { echo "piece $i;"; flush(); while (!file_exists("seen$i")) { usleep(1000); clearstatcache(); } }',
    );
    writeFileSync(
      join(folder, 'status.php'),
      '<?php http_response_code((int) $_GET["s"]); header("X-A: b"); if (isset($_GET["b"])) echo "body";',
    );
    writeFileSync(
      join(folder, 'endless.php'),
      '<?php ignore_user_abort(true); while (!connection_aborted()) { echo str_repeat("x", 65536); flush(); } touch("aborted");',
    );
    // Port 0 is announced on stderr as it is bound.
    child = spawn(php ?? '', ['-n', '-d', 'post_max_size=64M', '-S', '127.0.0.1:0', '-t', folder], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let log = '';
    while (!/:(\d+)\) started/.test(log)) {
      const [data] = await once(child.stderr ?? child, 'data');
      log += String(data);
    }
    child.stderr?.resume();
    port = Number(/:(\d+)\) started/.exec(log)?.[1]);
  });
  afterAll(async () => {
    child.kill();
    await once(child, 'exit');
    rmSync(folder, { recursive: true });
  });

  const send = (target: string, more = {}, recorder = new Recorder()) =>
    exchangeWith(netNetwork, { port, target, headers: [['Host', `127.0.0.1:${port}`]], ...more }, {}, recorder);

  it('serves a small file and one of 50 MiB', async () => {
    expect((await send('/small.txt').finished()).received).toBe(1024);
    const seen = await send('/big.bin').finished();
    expect(seen.failure).toBeNull();
    expect(sha256(seen.body)).toBe(sha256(big));
  });

  it('answers HEAD, 204, 304 and 404 as they are', async () => {
    expect(await send('/big.bin', { method: 'HEAD' }).finished()).toMatchObject({
      inline: true,
      received: 0,
      failure: null,
    });
    for (const status of [204, 304]) {
      expect(await send(`/status.php?s=${status}`).finished()).toMatchObject({
        inline: true,
        received: 0,
        head: { status },
      });
    }
    const missing = await send('/missing.txt').finished();
    expect(missing.head?.status).toBe(404);
    const page = await send('/status.php?s=500&b').finished();
    expect([page.head?.status, text(page.body)]).toEqual([500, 'body']);
  });

  it.each([
    ['announced', { bodyLength: 50 * MIB }],
    ['of unknown length', {}],
  ])('takes an upload of 50 MiB, %s', async (_what, more) => {
    const seen = send('/upload.php', {
      method: 'POST',
      body: 'stream',
      ...more,
      headers: [
        ['Host', 'x'],
        ['Content-Type', 'application/octet-stream'],
      ],
    });
    await stream(seen, big);
    await seen.finished();
    expect(JSON.parse(text(seen.body))).toEqual(['POST', String(50 * MIB), sha256(big)]);
  });

  it('is seen piece by piece', async () => {
    const seen = send('/flush.php');
    for (let i = 0; i < 5; i++) {
      await seen.until(() => seen.chunks.length === i + 1);
      writeFileSync(join(folder, `seen${i}`), '');
    }
    await seen.finished();
    expect(seen.chunks.map(text)).toEqual(['piece 0;', 'piece 1;', 'piece 2;', 'piece 3;', 'piece 4;']);
  });

  it('sees a client go', async () => {
    const recorder = new Recorder();
    recorder.autoCredit = false;
    const seen = send('/endless.php', {}, recorder);
    await seen.until(() => seen.outstanding === WINDOW_CHUNKS);
    seen.exchange.cancel();
    // One request at a time is served here: an answer says that the endless page has ended.
    expect((await send('/aborted').finished()).head?.status).toBe(200);
  });
});
