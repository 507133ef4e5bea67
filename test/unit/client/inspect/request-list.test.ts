import { expect, test } from 'vitest';
import { RequestList, type Selection } from '../../../../client/inspect/request-list.js';
import { KEPT_REQUESTS } from '../../../../protocol/inspect.js';
import { NOON, pending, report } from './requests.js';

const everything: Selection = { text: '', group: 'all', sort: 'started', descending: false };
const urls = (list: RequestList, change: Partial<Selection> = {}) =>
  list.select({ ...everything, ...change }, NOON + 100).map(({ url }) => new URL(url).pathname);

function listOf(...reports: ReturnType<typeof report>[]): RequestList {
  const list = new RequestList();
  list.report(reports, true);
  return list;
}

test('a later report of a request takes the place of the one before', () => {
  const list = listOf(pending(1));
  list.report([report(1)], false);
  expect(list.all()).toMatchObject([{ state: 'done', status: 200 }]);
});

test('the whole of a kernel takes the place of what another had, and leaves what the worker told', () => {
  const list = listOf(report(1), report(2));
  const unreached = {
    method: 'GET',
    url: 'https://example.org/lost',
    receivedAt: NOON,
    endedAt: NOON + 1,
    status: 503,
  };
  list.unreached([{ ...unreached, code: 'kernel-unreachable', detail: undefined }]);
  list.unreached([{ ...unreached, code: 'kernel-unreachable', detail: undefined }]);
  list.report([report(3)], true);
  expect(urls(list)).toEqual(['/lost', '/page-3']);
});

test('is filtered by words and by group', () => {
  const list = listOf(
    report(1),
    report(2, { status: 404 }),
    report(3, { outcome: 'guest-timeout', status: null }),
    pending(4),
  );
  expect(urls(list, { text: 'PAGE-1' })).toEqual(['/page-1']);
  expect(urls(list, { text: 'get 404' })).toEqual(['/page-2']);
  expect(urls(list, { text: 'guest-timeout' })).toEqual(['/page-3']);
  expect(urls(list, { group: 'failed' })).toEqual(['/page-2', '/page-3']);
  expect(urls(list, { group: 'pending' })).toEqual(['/page-4']);
});

test('is sorted either way', () => {
  const list = listOf(
    report(1, { bytesReceived: 5 }),
    report(2, { bytesReceived: 50 }),
    report(3, { bytesReceived: 10 }),
  );
  expect(urls(list, { sort: 'size' })).toEqual(['/page-1', '/page-3', '/page-2']);
  expect(urls(list, { sort: 'size', descending: true })).toEqual(['/page-2', '/page-3', '/page-1']);
});

test('clearing keeps what is pending, and what was cleared does not come back', () => {
  const list = listOf(report(1), pending(2));
  list.clear(NOON + 50);
  list.report([report(1), pending(2)], true);
  expect(urls(list)).toEqual(['/page-2']);
});

test('what a kernel had not answered when it went is never answered', () => {
  const list = listOf(report(1), pending(2));
  list.kernelGone(NOON + 50);
  expect(list.get('kernel 2')).toMatchObject({
    state: 'failed',
    failure: 'kernel-lost',
    times: { endedAt: NOON + 50 },
  });
  expect(list.get('kernel 1')).toMatchObject({ state: 'done' });
});

test('keeps no more than the kernel does, and nothing pending is dropped', () => {
  const list = listOf(pending(0), ...Array.from({ length: KEPT_REQUESTS + 10 }, (_, index) => report(index + 1)));
  expect(list.size).toBe(KEPT_REQUESTS);
  expect(list.get('kernel 0')).toBeDefined();
  expect(list.get('kernel 1')).toBeUndefined();
});

test('counts what came before and is kept no more, here or by the kernel', () => {
  const list = listOf(...Array.from({ length: 3 }, (_, index) => report(index + 8)));
  expect(list.dropped).toBe(7);
  list.report(
    Array.from({ length: KEPT_REQUESTS }, (_, index) => report(index + 11)),
    false,
  );
  expect(list.dropped).toBe(10);
  list.clear(NOON + 10_000);
  expect(list.dropped).toBe(0);
  list.report([pending(KEPT_REQUESTS + 11)], false);
  expect(list.dropped).toBe(0);
});

test('what a kernel had dropped does not count for the next one', () => {
  const list = listOf(report(100));
  list.kernelGone(NOON + 50);
  list.report([report(1)], true);
  expect(list.dropped).toBe(0);
});
