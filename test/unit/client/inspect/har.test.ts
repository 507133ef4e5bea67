import { expect, test } from 'vitest';
import { archive } from '../../../../client/inspect/har.js';
import { listReport } from '../../../../client/inspect/listed-request.js';
import { expectHar } from '../../../support/har.js';
import { NOON, pending, report } from './requests.js';

test('an archive has the structure of HAR 1.2, oldest first', () => {
  const har = archive([listReport(pending(9)), listReport(report(1))], 0, NOON + 100);
  expectHar(har);
  expect(har.log.entries.map(({ request }) => request.url)).toEqual([report(1).url, report(9).url]);
});

test('an entry tells where the time went', () => {
  const [entry] = archive([listReport(report(0))], 0, NOON + 100).log.entries;
  expect(entry).toMatchObject({ startedDateTime: '2026-11-25T12:00:00.000Z', time: 16 });
  expect(entry?.timings).toMatchObject({ blocked: 2, connect: 2, wait: 4, receive: 8 });
  expect(entry?.request.queryString).toEqual([
    { name: 'q', value: 'a b' },
    { name: 'q', value: 'c' },
  ]);
  expect(entry?.response.content).toEqual({ size: 1000, mimeType: 'text/html' });
});

test('cookies and credentials are left out', () => {
  expect(JSON.stringify(archive([listReport(report(1))], 0, NOON))).not.toContain('secret');
});

test('says what is missing', () => {
  expect(archive([], 0, NOON).log).not.toHaveProperty('comment');
  expect(archive([], 1, NOON).log.comment).toBe('One earlier request is no longer here: the last 500 are kept.');
  expect(archive([], 1234, NOON).log.comment).toContain('1,234 earlier requests are no longer here');
});
