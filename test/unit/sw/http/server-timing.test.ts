import { expect, test } from 'vitest';
import { serverTiming } from '../../../../sw/http/server-timing.js';

test('tells each hop once, and nothing of the difference between two clocks', () => {
  const worker = { receivedAt: 1000, sentAt: 1001.234, answeredAt: 1010 };
  // The kernel's clock is far from the worker's.
  const timing = { takenAt: 5, accepted: 0.5, firstByte: 6.25 };
  expect(serverTiming(worker, timing)).toBe('worker;dur=1.23, port;dur=2.52, accept;dur=0.5, guest;dur=5.75');
});

test('no duration is negative', () => {
  const worker = { receivedAt: 1000, sentAt: 1000, answeredAt: 1001 };
  expect(serverTiming(worker, { takenAt: 0, accepted: 0, firstByte: 1.5 })).toContain('port;dur=0,');
});
