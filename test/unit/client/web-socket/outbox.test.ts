import { describe, expect, it } from 'vitest';
import { FIN, frameHead, MASKED, mask, OPCODE } from '../../../../client/document/web-socket/frames.js';
import { Outbox } from '../../../../client/document/web-socket/outbox.js';
import { MAX_CHUNK, WINDOW_CHUNKS } from '../../../../protocol/bridge.js';

const fail = (reason: unknown) => {
  throw reason;
};
const bytes = (length: number): Uint8Array<ArrayBuffer> => new Uint8Array(length).fill(0x61);

/** An outbox whose guest takes nothing until it is told to. */
function stalled() {
  const chunks: ArrayBuffer[] = [];
  const outbox = new Outbox((chunk) => chunks.push(chunk), fail);
  return { chunks, outbox };
}

const sizes = (chunks: readonly ArrayBuffer[]): number[] => chunks.map(({ byteLength }) => byteLength);

describe('what a page sends faster than its guest reads', () => {
  it('stays in the page beyond the window, and counts until it is taken', () => {
    const { chunks, outbox } = stalled();
    const size = MAX_CHUNK - 14;
    for (let i = 0; i < 20; i++) outbox.send(OPCODE.binary, bytes(size));
    expect(chunks).toHaveLength(WINDOW_CHUNKS);
    expect(outbox.bufferedAmount).toBe(20 * size);
    outbox.credit(3);
    expect(chunks).toHaveLength(WINDOW_CHUNKS + 3);
    expect(outbox.bufferedAmount).toBe(17 * size);
    for (let left = 17; left > 0; left--) outbox.credit(1);
    expect(outbox.bufferedAmount).toBe(0);
  });

  it('goes in shared chunks once it has waited', () => {
    const { chunks, outbox } = stalled();
    for (let i = 0; i < 1000; i++) outbox.send(OPCODE.text, bytes(10));
    expect(chunks).toHaveLength(WINDOW_CHUNKS);
    outbox.credit(WINDOW_CHUNKS);
    expect(chunks).toHaveLength(WINDOW_CHUNKS + 1);
    expect(sizes(chunks).reduce((sum, size) => sum + size)).toBe(1000 * 16);
  });

  it('takes only the last of the pings that came meanwhile', () => {
    const { chunks, outbox } = stalled();
    for (let i = 0; i < WINDOW_CHUNKS + 1; i++) outbox.send(OPCODE.text, bytes(1));
    for (let i = 0; i < 1000; i++) outbox.pong(new TextEncoder().encode(`ping ${i}`));
    outbox.credit(WINDOW_CHUNKS);
    const last = new Uint8Array(chunks.at(-1) ?? new ArrayBuffer());
    const payload = last.slice(6);
    mask(payload, last.subarray(2, 6), 0);
    expect(new TextDecoder().decode(payload)).toBe('ping 999');
    expect(chunks).toHaveLength(WINDOW_CHUNKS + 2);
  });

  it('is never sent once the socket is closed, and still counts', async () => {
    const { chunks, outbox } = stalled();
    outbox.send(OPCODE.binary, new Blob([bytes(3 * MAX_CHUNK)]));
    outbox.send(OPCODE.text, bytes(5));
    outbox.close();
    outbox.drop(7);
    await new Promise((resolve) => setImmediate(resolve));
    expect(chunks.length).toBeLessThanOrEqual(1);
    expect(outbox.bufferedAmount).toBe(3 * MAX_CHUNK + 12);
  });
});

describe('a frame', () => {
  it.each([
    [0, 6, 0],
    [125, 6, 125],
    [126, 8, 126],
    [65_535, 8, 126],
    [65_536, 14, 127],
    [2 ** 40, 14, 127],
  ])('of %i bytes has a head of %i', (length, size, short) => {
    const head = frameHead(OPCODE.binary, length, Uint8Array.of(1, 2, 3, 4));
    expect(head).toHaveLength(size);
    expect([head[0], head[1]]).toEqual([FIN | OPCODE.binary, MASKED | short]);
    expect([...head.subarray(-4)]).toEqual([1, 2, 3, 4]);
  });

  it('is masked alike at every address and from every offset', () => {
    const key = Uint8Array.of(0x11, 0x22, 0x33, 0x44);
    const plain = new Uint8Array(64).map((_, at) => at * 7);
    for (let address = 0; address < 8; address++) {
      for (let offset = 0; offset < 8; offset++) {
        for (const length of [0, 1, 2, 3, 4, 5, 17, 30]) {
          const masked = plain.slice().subarray(address, address + length);
          mask(masked, key, offset);
          const expected = Array.from(masked, (_, at) => (plain[address + at] ?? 0) ^ (key[(offset + at) % 4] ?? 0));
          expect([...masked]).toEqual(expected);
        }
      }
    }
  });
});
