/** Frames out and in against the npm package `ws`, over TCP. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { FrameReader } from '../../../../client/document/web-socket/frame-reader.js';
import { OPCODE } from '../../../../client/document/web-socket/frames.js';
import { Outbox } from '../../../../client/document/web-socket/outbox.js';
import { MAX_CHUNK } from '../../../../protocol/bridge.js';

let server: WebSocketServer;
let port: number;

beforeAll(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No TCP port.');
  port = address.port;
});
afterAll(() => new Promise((closed) => server.close(closed)));

type Data = string | Buffer;

/** Both ends of one connection: ours, behind the handshake, and that of `ws`. */
async function connection(): Promise<{ socket: Socket; peer: WebSocket }> {
  const socket = connect(port, '127.0.0.1');
  const connected = once(server, 'connection');
  const key = Buffer.alloc(16, 7).toString('base64');
  socket.write(
    `GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
  );
  const [peer] = await connected;
  let head = '';
  while (!head.endsWith('\r\n\r\n')) {
    const byte: Buffer | null = socket.read(1);
    if (byte) head += byte.toString('latin1');
    else await once(socket, 'readable');
  }
  return { socket, peer };
}

/** Resolves once so many messages have come. */
const messagesOf = (peer: WebSocket, count: number): Promise<Data[]> =>
  new Promise((resolve, reject) => {
    const got: Data[] = [];
    peer.on('message', (data: Buffer, isBinary) => {
      got.push(isBinary ? data : data.toString());
      if (got.length === count) resolve(got);
    });
    peer.on('error', reject);
    if (count === 0) resolve(got);
  });

const bytesOf = (data: string | Uint8Array): Uint8Array<ArrayBuffer> =>
  new Uint8Array(typeof data === 'string' ? new TextEncoder().encode(data) : data);

const data = fc.oneof(
  fc.record({ kind: fc.constant('text'), value: fc.string({ unit: 'grapheme', maxLength: 400 }) }),
  fc.record({ kind: fc.constantFrom('bytes', 'blob'), value: fc.uint8Array({ maxLength: 2000, size: 'max' }) }),
);

describe('with ws as the other end', () => {
  it('what is sent arrives, in order, whenever credit comes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(data, { maxLength: 40 }), fc.integer({ min: 1, max: 8 }), async (sent, batch) => {
        const { socket, peer } = await connection();
        const arrived = messagesOf(peer, sent.length);
        let waiting = 0;
        const outbox = new Outbox(
          (chunk) => {
            expect(chunk.byteLength).toBeLessThanOrEqual(MAX_CHUNK);
            socket.write(new Uint8Array(chunk), () => {
              if (++waiting < batch) return;
              outbox.credit(waiting);
              waiting = 0;
            });
          },
          (reason) => {
            throw reason;
          },
        );
        let total = 0;
        for (const { kind, value } of sent) {
          const bytes = bytesOf(value);
          total += bytes.length;
          if (kind === 'blob') outbox.send(OPCODE.binary, new Blob([bytes]));
          else outbox.send(kind === 'text' ? OPCODE.text : OPCODE.binary, bytes);
          // The page may do what it likes with its bytes once it has sent them.
          bytes.fill(0);
        }
        expect(outbox.bufferedAmount).toBe(total);
        const got = await arrived;
        expect(got).toEqual(sent.map(({ value }) => (typeof value === 'string' ? value : Buffer.from(value))));
        peer.terminate();
      }),
      { numRuns: 15 },
    );
  });

  it('a blob of several chunks is one message', async () => {
    const { socket, peer } = await connection();
    const arrived = messagesOf(peer, 2);
    const outbox = new Outbox(
      (chunk) => socket.write(new Uint8Array(chunk), () => outbox.credit(1)),
      (reason) => {
        throw reason;
      },
    );
    const bytes = new Uint8Array(3 * MAX_CHUNK + 5).map((_, at) => at % 251);
    outbox.send(OPCODE.binary, new Blob([bytes]));
    outbox.send(OPCODE.text, bytesOf('behind it'));
    const [first, second] = await arrived;
    expect(Buffer.isBuffer(first) && first.equals(bytes)).toBe(true);
    expect(second).toBe('behind it');
    peer.terminate();
  });

  it('what comes is read, fragmented or not', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(data, { minLength: 1, maxLength: 4 }), { maxLength: 10 }),
        async (messages) => {
          const { socket, peer } = await connection();
          // A message is of one kind: that of its first fragment.
          const kinds = messages.map(([first]) => (first?.kind === 'text' ? 'text' : 'binary'));
          const wanted = messages.map((parts) => Buffer.concat(parts.map(({ value }) => bytesOf(value))));
          const pings: string[] = [];
          const got: Data[] = [];
          const done = new Promise<void>((resolve, reject) => {
            const reader = new FrameReader({
              message: (message) =>
                got.push(
                  typeof message === 'string' ? message : Buffer.concat(message.map((part) => Buffer.from(part))),
                ),
              control: (opcode, payload) => {
                if (opcode === OPCODE.ping) pings.push(Buffer.from(payload).toString());
                if (opcode === OPCODE.close) resolve();
              },
              failed: (_, reason) => reject(new Error(reason)),
            });
            socket.on('data', (chunk: Buffer) => reader.push(new Uint8Array(chunk)));
          });
          for (const [index, parts] of messages.entries()) {
            const binary = kinds[index] === 'binary';
            if (!binary && parts.some(({ kind }) => kind !== 'text')) {
              wanted[index] = Buffer.concat(
                parts.map(({ value }) => Buffer.from(typeof value === 'string' ? value : 'x')),
              );
            }
            for (const [at, { value }] of parts.entries()) {
              const part = binary || typeof value === 'string' ? Buffer.from(bytesOf(value)) : Buffer.from('x');
              peer.send(part, { binary, fin: at === parts.length - 1 });
              if (at < parts.length - 1) peer.ping(String(at));
            }
          }
          peer.close();
          await done;
          const expected = wanted.map((bytes, index) => (kinds[index] === 'text' ? bytes.toString() : bytes));
          expect(got).toEqual(expected);
          expect(pings.length).toBe(messages.reduce((sum, parts) => sum + parts.length - 1, 0));
          socket.destroy();
        },
      ),
      { numRuns: 15 },
    );
  });
});
