/** What can be seen of one exchange from outside, for counters, the inspector and the bench. */
import type { HeaderList, RequestTrace } from '../../protocol/bridge.js';
import type { ErrorCode } from '../../protocol/errors.js';

/** Times are of `performance.now()`, in milliseconds; null: has not happened. */
export interface ExchangeRecord {
  readonly port: number;
  readonly method: string;
  readonly target: string;
  readonly requestHeaders: HeaderList;
  /** Of requests that came from a browser. */
  readonly trace: RequestTrace | undefined;
  /** The request was taken. */
  readonly takenAt: number;
  /** Its connection was placed on the guest's accept queue (the last one, after a retry). */
  readonly connectedAt: number | null;
  /** The guest accepted that connection. */
  readonly acceptedAt: number | null;
  /** The first byte of the response came. */
  readonly firstByteAt: number | null;
  /** The last byte came, or the exchange ended without. */
  readonly endedAt: number | null;
  readonly status: number | null;
  readonly statusText: string;
  readonly responseHeaders: HeaderList | null;
  /** Bytes written to the guest, head included; bytes of body that came from it. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly retries: number;
  readonly outcome: 'open' | 'complete' | 'cancelled' | ErrorCode;
}

/** `progress`: bytes went either way. */
export type ExchangeMoment = 'taken' | 'accepted' | 'first-byte' | 'progress' | 'ended';

/** Called with the exchange's one record, which goes on changing until `ended`. */
export type ExchangeObserver = (moment: ExchangeMoment, record: ExchangeRecord) => void;
