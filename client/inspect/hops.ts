/** The way of a request, hop by hop. Pure. */
import type { ListedRequest } from './listed-request.js';

export type HopName = 'worker' | 'port' | 'accept' | 'guest' | 'body';

export const hopWords: Readonly<Record<HopName, { readonly name: string; readonly what: string }>> = {
  worker: { name: 'Worker', what: 'in the service worker, until it was sent on' },
  port: { name: 'Port', what: 'on its way to the kernel' },
  accept: { name: 'Accept', what: 'until the server had accepted the connection' },
  guest: { name: 'First byte', what: 'until the server began to answer' },
  body: { name: 'Last byte', what: 'until the answer was complete' },
};

export interface Hop {
  readonly name: HopName;
  /** Milliseconds since the start of the request. */
  readonly from: number;
  readonly to: number;
  /** It has not come to its end. */
  readonly running: boolean;
}

/**
 * In order, without gaps: where one ends the next begins. Times come from clocks of several threads, which may differ by a fraction
 * of a millisecond: none goes back. The hop in which a request ended or still is goes up to its end, or to `now`.
 */
export function hopsOf({ times, startedAt }: ListedRequest, now: number): readonly Hop[] {
  const ends: readonly (readonly [HopName, number | null])[] = [
    ['worker', times.sentAt],
    ['port', times.takenAt],
    ['accept', times.acceptedAt],
    ['guest', times.firstByteAt],
    ['body', times.endedAt],
  ];
  const end = Math.max(0, (times.endedAt ?? now) - startedAt);
  const hops: Hop[] = [];
  let from = 0;
  // What came by another way than a worker begins at the kernel.
  for (const [name, at] of times.receivedAt === null ? ends.slice(2) : ends) {
    const to = at === null ? end : Math.min(end, Math.max(from, at - startedAt));
    hops.push({ name, from, to, running: at === null && times.endedAt === null });
    if (at === null) break;
    from = to;
  }
  return hops;
}
