/** One request that came over a bridge, and its answer: by a guest, or by the machine itself. */
import type { ResponseTiming } from '../../protocol/bridge.js';
import type { ExchangeRequest, ExchangeSink } from './exchange.js';

export interface BridgedExchange {
  /** Call once. The sink may be called before this returns. */
  start(): void;
  /** Of a response that has begun, where a guest gave it. */
  readonly timing: ResponseTiming | undefined;
  /** Something of the request was written to a guest: it may have been carried out. */
  readonly reachedGuest: boolean;
  /** A chunk of a streamed request body; then its end, or that it cannot be completed. */
  pushBody(chunk: ArrayBuffer): void;
  endBody(): void;
  failBody(): void;
  /** The consumer took `chunks` chunks of the response. */
  giveCredit(chunks: number): void;
  /** The sink hears nothing more. */
  cancel(): void;
}

/** Answers what is asked of the machine itself (protocol/archive.ts). */
export type MachineService = (request: ExchangeRequest, sink: ExchangeSink) => BridgedExchange;
