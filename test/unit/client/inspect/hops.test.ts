import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hopsOf } from '../../../../client/inspect/hops.js';
import { listReport, listUnreached } from '../../../../client/inspect/listed-request.js';
import { NOON, pending, report } from './requests.js';

test('the hops of a request that is over follow one another', () => {
  expect(hopsOf(listReport(report(0)), NOON + 99)).toEqual([
    { name: 'worker', from: 0, to: 1, running: false },
    { name: 'port', from: 1, to: 2, running: false },
    { name: 'accept', from: 2, to: 4, running: false },
    { name: 'guest', from: 4, to: 8, running: false },
    { name: 'body', from: 8, to: 16, running: false },
  ]);
});

test('a request that is pending is in its last hop until now', () => {
  expect(hopsOf(listReport(pending(0)), NOON + 99).at(-1)).toEqual({ name: 'guest', from: 4, to: 99, running: true });
});

test('one that came by another way begins at the kernel', () => {
  const other = listReport(report(0, { receivedAt: null, sentAt: null }));
  expect(hopsOf(other, NOON).map(({ name }) => name)).toEqual(['accept', 'guest', 'body']);
  expect(hopsOf(other, NOON)[0]).toMatchObject({ from: 0, to: 2 });
});

test('one that no kernel had was in the worker all the time', () => {
  const unreached = listUnreached(
    {
      method: 'GET',
      url: 'https://example.org/',
      receivedAt: NOON,
      endedAt: NOON + 5,
      status: 503,
      code: 'kernel-unreachable',
      detail: undefined,
    },
    0,
  );
  expect(hopsOf(unreached, NOON + 99)).toEqual([{ name: 'worker', from: 0, to: 5, running: false }]);
});

test('clocks that differ make no hop negative, and leave no gap', () => {
  const time = fc.option(fc.double({ min: NOON - 50, max: NOON + 50, noNaN: true }));
  fc.assert(
    fc.property(
      time,
      time,
      time,
      time,
      time,
      time,
      (sentAt, takenAt, connectedAt, acceptedAt, firstByteAt, endedAt) => {
        const change = { sentAt, takenAt: takenAt ?? NOON, connectedAt, acceptedAt, firstByteAt, endedAt };
        const hops = hopsOf(listReport(report(0, change)), NOON + 60);
        let end = 0;
        for (const { from, to } of hops) {
          expect(from).toBe(end);
          expect(to).toBeGreaterThanOrEqual(from);
          end = to;
        }
      },
    ),
  );
});
