import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesInWords } from '../../../client/shell/progress-words.js';

describe('bytesInWords', () => {
  it.each([
    [0, 0, ''],
    [3, 12, '3 of 12 bytes'],
    [6_100, 12_400, '6 of 12 kB'],
    [3_160_000, 12_500_000, '3.2 of 12.5 MB'],
    [0, 250_000_000, '0 of 250 MB'],
  ])('%i of %i is %j', (loaded, total, words) => {
    expect(bytesInWords(loaded, total)).toBe(words);
  });

  it('ends with both figures alike, whatever the size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 40 }), (total) => {
        const [loaded, rest] = bytesInWords(total, total).split(' of ');
        expect(rest?.split(' ')[0]).toBe(loaded);
      }),
    );
  });
});
