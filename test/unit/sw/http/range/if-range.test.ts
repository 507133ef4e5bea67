import { expect, test } from 'vitest';
import { holdsSameVersion } from '../../../../../sw/http/range/if-range.js';

const MODIFIED = 'Tue, 15 Nov 1994 12:45:26 GMT';
const LATER = 'Tue, 15 Nov 1994 12:45:27 GMT';

test.each<[string, string, Record<string, string>, boolean]>([
  ['the same strong tag', '"a"', { ETag: '"a"' }, true],
  ['another tag', '"b"', { ETag: '"a"' }, false],
  ['a tag, and the answer has none', '"a"', { 'Last-Modified': MODIFIED }, false],
  ['the same weak tag', 'W/"a"', { ETag: 'W/"a"' }, false],
  ['a strong tag against a weak one', '"a"', { ETag: 'W/"a"' }, false],
  ['the same date', MODIFIED, { 'Last-Modified': MODIFIED }, true],
  ['the same date, sent later', MODIFIED, { 'Last-Modified': MODIFIED, Date: LATER }, true],
  ['the same date, sent within its second', MODIFIED, { 'Last-Modified': MODIFIED, Date: MODIFIED }, false],
  ['a later date', LATER, { 'Last-Modified': MODIFIED }, false],
  ['a date, and the answer has none', MODIFIED, { ETag: '"a"' }, false],
  ['what is neither', 'yesterday', { 'Last-Modified': 'yesterday' }, false],
])('%s', (_, validator, headers, same) => {
  expect(holdsSameVersion(validator, new Headers(headers))).toBe(same);
});
