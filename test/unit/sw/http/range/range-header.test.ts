import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Selection, select } from '../../../../../sw/http/range/range-header.js';

const part = (first: number, last: number): Selection => ({ kind: 'part', range: { first, last } });
const WHOLE: Selection = { kind: 'whole' };
const UNSATISFIABLE: Selection = { kind: 'unsatisfiable' };

test.each<[string, number, Selection]>([
  ['bytes=0-0', 10, part(0, 0)],
  ['bytes=0-', 10, part(0, 9)],
  ['bytes=3-5', 10, part(3, 5)],
  ['bytes=9-', 10, part(9, 9)],
  ['bytes=3-100', 10, part(3, 9)],
  ['bytes=0-99999999999999999999999999', 10, part(0, 9)],
  ['bytes=-3', 10, part(7, 9)],
  ['bytes=-100', 10, part(0, 9)],
  ['bytes=10-', 10, UNSATISFIABLE],
  ['bytes=10-20', 10, UNSATISFIABLE],
  ['bytes=99999999999999999999999999-', 10, UNSATISFIABLE],
  ['bytes=-0', 10, UNSATISFIABLE],
  ['bytes=0-', 0, UNSATISFIABLE],
  ['bytes=-5', 0, WHOLE],
  ['Bytes=1-2', 10, part(1, 2)],
  ['bytes= 1-2 ,', 10, part(1, 2)],
  ['bytes=5-3', 10, WHOLE],
  ['bytes=-', 10, WHOLE],
  ['bytes=', 10, WHOLE],
  ['bytes=a-b', 10, WHOLE],
  ['bytes=1-2,4-5', 10, WHOLE],
  ['bytes=1 -2', 10, WHOLE],
  ['bytes=+1-2', 10, WHOLE],
  ['bytes=1--2', 10, WHOLE],
  ['bytes 1-2', 10, WHOLE],
  ['items=1-2', 10, WHOLE],
])('%s of %i bytes', (header, length, expected) => {
  expect(select(header, length)).toEqual(expected);
});

describe('whatever a header says', () => {
  test('a part is never empty and never leaves the whole', () => {
    const number = fc.oneof(
      fc.nat(30).map(String),
      fc.bigInt({ min: 0n, max: 1n << 80n }).map(String),
      fc.constant(''),
    );
    fc.assert(
      fc.property(number, number, fc.nat(20), (first, last, length) => {
        const selection = select(`bytes=${first}-${last}`, length);
        if (selection.kind !== 'part') return;
        const { range } = selection;
        expect(range.first).toBeGreaterThanOrEqual(0);
        expect(range.last).toBeGreaterThanOrEqual(range.first);
        expect(range.last).toBeLessThan(length);
      }),
    );
  });
});
