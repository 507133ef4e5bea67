import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameReader, MAX_MESSAGE } from '../../../../client/document/web-socket/frame-reader.js';
import { OPCODE } from '../../../../client/document/web-socket/frames.js';

type Event =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'binary'; readonly bytes: readonly number[] }
  | { readonly kind: 'control'; readonly opcode: number; readonly bytes: readonly number[] }
  | { readonly kind: 'failed'; readonly code: number };

/** A frame as a server writes it. */
function serverFrame(opcode: number, payload: Uint8Array, final = true): Uint8Array<ArrayBuffer> {
  const { length } = payload;
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const frame = new Uint8Array(2 + extended + length);
  const view = new DataView(frame.buffer);
  frame[0] = (final ? 0x80 : 0) | opcode;
  frame[1] = extended === 0 ? length : extended === 2 ? 126 : 127;
  if (extended === 2) view.setUint16(2, length);
  if (extended === 8) view.setBigUint64(2, BigInt(length));
  frame.set(payload, 2 + extended);
  return frame;
}

/** What is read of `bytes`, cut at `cuts`. */
function read(bytes: Uint8Array<ArrayBuffer>, cuts: readonly number[] = []): Event[] {
  const events: Event[] = [];
  const reader = new FrameReader({
    message: (data) =>
      events.push(
        typeof data === 'string'
          ? { kind: 'text', text: data }
          : { kind: 'binary', bytes: data.flatMap((part) => [...part]) },
      ),
    control: (opcode, payload) => events.push({ kind: 'control', opcode, bytes: [...payload] }),
    failed: (code) => events.push({ kind: 'failed', code }),
  });
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b).concat(bytes.length)) {
    reader.push(bytes.slice(from, cut));
    from = cut;
  }
  return events;
}

const joined = (parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.concat(parts));
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const control = fc.record({
  opcode: fc.constantFrom(OPCODE.ping, OPCODE.pong),
  payload: fc.uint8Array({ maxLength: 125 }),
});
const message = fc.record({
  data: fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.uint8Array({ maxLength: 300 }),
    fc.constant(new Uint8Array(70_000).fill(3)),
  ),
  /** Where it is cut into fragments, as parts of its length. */
  fragments: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
  between: fc.array(control, { maxLength: 2 }),
});

describe('the frames of a server', () => {
  it('are read however they are fragmented, mixed with control frames and cut', () => {
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 4 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true })),
        (messages, cuts) => {
          const frames: Uint8Array[] = [];
          const expected: Event[] = [];
          for (const { data, fragments, between } of messages) {
            const bytes = typeof data === 'string' ? utf8(data) : data;
            const ends = fragments.map((part) => Math.floor(part * bytes.length)).sort((a, b) => a - b);
            let from = 0;
            for (const [at, end] of [...ends, bytes.length].entries()) {
              const opcode = at > 0 ? OPCODE.continuation : typeof data === 'string' ? OPCODE.text : OPCODE.binary;
              frames.push(serverFrame(opcode, bytes.subarray(from, end), at === ends.length));
              from = end;
              if (at === ends.length) continue;
              for (const { opcode: type, payload } of between) {
                frames.push(serverFrame(type, payload));
                expected.push({ kind: 'control', opcode: type, bytes: [...payload] });
              }
            }
            expected.push(
              typeof data === 'string'
                ? { kind: 'text', text: data.toWellFormed() }
                : { kind: 'binary', bytes: [...data] },
            );
          }
          const all = joined(frames);
          expect(
            read(
              all,
              cuts.map((part) => Math.floor(part * all.length)),
            ),
          ).toEqual(expected);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('never make it throw, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(200)), (bytes, cuts) => {
        const events = read(
          new Uint8Array(bytes),
          cuts.map((cut) => Math.min(cut, bytes.length)),
        );
        // A failure is the last thing that is heard.
        expect(events.findIndex(({ kind }) => kind === 'failed')).toBeOneOf([-1, events.length - 1]);
      }),
    );
  });

  const huge = (size: bigint): Uint8Array => {
    const head = new Uint8Array(10);
    head.set([0x82, 127]);
    new DataView(head.buffer).setBigUint64(2, size);
    return head;
  };

  it.each([
    ['a message larger than the limit', huge(BigInt(MAX_MESSAGE) + 1n), 1009],
    ['a length of more than 63 bits', huge(1n << 63n), 1002],
    ['a reserved bit', Uint8Array.of(0xc1, 0), 1002],
    ['an unknown data opcode', Uint8Array.of(0x87, 0), 1002],
    ['an unknown control opcode', Uint8Array.of(0x8f, 0), 1002],
    ['a mask', Uint8Array.of(0x81, 0x80, 0, 0, 0, 0), 1002],
    ['a fragmented control frame', Uint8Array.of(0x09, 0), 1002],
    ['a control frame of 126 bytes', Uint8Array.of(0x89, 126, 0, 126), 1002],
    ['a continuation of nothing', Uint8Array.of(0x00, 0), 1002],
    ['a message inside another', Uint8Array.of(0x01, 0, 0x82, 0), 1002],
    ['text that is not UTF-8, at its first wrong byte', Uint8Array.of(0x01, 1, 0xff), 1007],
    ['text that ends inside a character', Uint8Array.of(0x81, 1, 0xe2), 1007],
    ['a surrogate in UTF-8', Uint8Array.of(0x81, 3, 0xed, 0xa0, 0x80), 1007],
  ])('fail by %s', (_, bytes, code) => {
    const cutEverywhere = Array.from(bytes, (_byte, at) => at);
    expect(read(new Uint8Array(bytes))).toEqual([{ kind: 'failed', code }]);
    expect(read(new Uint8Array(bytes), cutEverywhere)).toEqual([{ kind: 'failed', code }]);
  });

  it('count towards the limit over all fragments', () => {
    const first = joined([Uint8Array.of(0x02, 1, 0x78), Uint8Array.of(0x00, 127)]);
    const length = huge(BigInt(MAX_MESSAGE)).subarray(2);
    expect(read(joined([first, length]))).toEqual([{ kind: 'failed', code: 1009 }]);
  });

  it('keep a byte order mark', () => {
    expect(read(serverFrame(OPCODE.text, utf8('\ufeffa')))).toEqual([{ kind: 'text', text: '\ufeffa' }]);
  });
});
