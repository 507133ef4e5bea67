import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventStream } from '../../../../client/document/events/event-stream.js';

interface Outcome {
  readonly events: readonly string[];
  readonly lastEventId: string;
  readonly retry: number;
}

function interpret(pieces: readonly string[], before = { lastEventId: '', retry: 3000 }): Outcome {
  const events: string[] = [];
  const stream = new EventStream(before, ({ type, data }) => {
    events.push(`${type}|${data}|${stream.lastEventId}`);
  });
  for (const piece of pieces) stream.push(piece);
  return { events, lastEventId: stream.lastEventId, retry: stream.retry };
}

describe('a stream', () => {
  // The first are the examples of HTML section 9.2.6.
  test.each<[string, readonly string[]]>([
    ['data: YHOO\ndata: +2\ndata: 10\n\n', ['message|YHOO\n+2\n10|']],
    [
      ': test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n',
      ['message|first event|1', 'message|second event|', 'message| third event|'],
    ],
    ['data\n\ndata\ndata\n\ndata:', ['message||', 'message|\n|']],
    ['data:test\n\ndata: test\n\n', ['message|test|', 'message|test|']],
    ['event: add\ndata: 1\r\rdata: 2\r\n\r\n', ['add|1|', 'message|2|']],
    ['event: none\n\ndata: 1\n\n', ['message|1|']],
    ['id: a\0b\ndata: 1\n\n', ['message|1|']],
    ['Data: 1\n\ndata : 2\n\n', []],
    ['data: not finished', []],
    ['data: not finished\n', []],
  ])('%j', (text, events) => {
    expect(interpret([text]).events).toEqual(events);
  });

  test('says when to ask again, in digits alone', () => {
    expect(interpret(['retry: 10\n']).retry).toBe(10);
    expect(interpret(['retry: 1e3\nretry: -1\nretry:\n']).retry).toBe(3000);
  });

  test('goes on from the id of the one before', () => {
    const { events, lastEventId } = interpret(['data: 1\n\n'], { lastEventId: '7', retry: 3000 });
    expect(events).toEqual(['message|1|7']);
    expect(lastEventId).toBe('7');
  });

  test('has an id that counts only once its event has ended', () => {
    expect(interpret(['id: 1\ndata: a\n\nid: 2\ndata: b\n']).lastEventId).toBe('1');
  });
});

test('however a stream is cut, it says the same', () => {
  const part = fc.constantFrom(
    'data: a',
    'data',
    'id: 1',
    'id',
    'event: e',
    'retry: 5',
    ': c',
    '\n',
    '\r',
    '\r\n',
    '\n\n',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), fc.array(fc.nat(8)), (parts, sizes) => {
      const text = parts.join('');
      const pieces: string[] = [];
      let offset = 0;
      for (const size of sizes) pieces.push(text.slice(offset, (offset += size)));
      pieces.push(text.slice(offset));
      expect(interpret(pieces)).toEqual(interpret([text]));
    }),
  );
});
