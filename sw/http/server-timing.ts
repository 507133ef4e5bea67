/** `Server-Timing` of what was bridged: the browser's own tools show it beside the request. */
import type { ResponseTiming } from '../../protocol/bridge.js';

/** Now, in the time that `RequestTrace` is in. */
export const epochNow = (): number => performance.timeOrigin + performance.now();

/** When the worker got a request, sent it to the kernel and had the head of its answer: milliseconds of one clock. */
export interface WorkerTimes {
  readonly receivedAt: number;
  readonly sentAt: number;
  readonly answeredAt: number;
}

/**
 * `worker`: until the request was sent on, waiting for a kernel included. `port`: the way to the kernel's thread and back.
 * `accept`: until the guest had accepted the connection. `guest`: from there to the first byte of its answer. Each is a
 * difference of times of one thread, so that no two clocks are compared.
 */
export function serverTiming({ receivedAt, sentAt, answeredAt }: WorkerTimes, timing: ResponseTiming): string {
  const { accepted, firstByte } = timing;
  const worker = milliseconds(sentAt - receivedAt);
  const port = milliseconds(answeredAt - sentAt - firstByte);
  const guest = milliseconds(firstByte - accepted);
  return `worker;dur=${worker}, port;dur=${port}, accept;dur=${milliseconds(accepted)}, guest;dur=${guest}`;
}

/** To a hundredth, which a clock that is not isolated can't tell apart; never below 0, where two clocks differ in rate. */
export const milliseconds = (duration: number): number => Math.max(0, Math.round(duration * 100) / 100);
