/**
 * The border between the service worker and the kernel worker: what travels over their MessagePort.
 * Types and one version; no behaviour.
 *
 * The service worker owns the port's first message (`hello`); the kernel answers with its own. A party that reads
 * another version answers `refused` and closes. After that every message names the exchange it belongs to.
 *
 * Bodies travel as transferred ArrayBuffers of at most MAX_CHUNK bytes. Each direction of each exchange has a window of
 * credits, counted in chunks: a sender spends one for each chunk and stops at none; a receiver gives one back when
 * its consumer has taken a chunk. The window is WINDOW_CHUNKS at the start of each body.
 */
import type { ErrorCode } from './errors.js';

export const BRIDGE_VERSION = 3;

/** 64 KiB and more saturate the port; larger than 256 KiB gains nothing (measured: 227-290 MB/s between the two). */
export const MAX_CHUNK = 256 * 1024;
/** A body up to this size goes in one message with its head. */
export const INLINE_BODY = 64 * 1024;
/** 8 chunks in flight hide the latency of a credit's way back (measured, Chromium 156). */
export const WINDOW_CHUNKS = 8;

/** Names in the case they were received in, repeated names kept, in order. */
export type HeaderList = ReadonlyArray<readonly [name: string, value: string]>;

/**
 * What the browser asked for, for whoever watches. Times of different threads are compared: each is `performance.timeOrigin +
 * performance.now()` of the thread that took it, in milliseconds since the epoch.
 */
export interface RequestTrace {
  /** As the page knows it. */
  readonly url: string;
  /** The service worker got the request, and sent it on. */
  readonly receivedAt: number;
  readonly sentAt: number;
}

/** Where the time until a response went. */
export interface ResponseTiming {
  /** The kernel took the request: milliseconds since the epoch, as in `RequestTrace`. */
  readonly takenAt: number;
  /** Milliseconds from there until the guest had accepted the connection, and until the first byte of its answer. */
  readonly accepted: number;
  readonly firstByte: number;
}

/**
 * Who waits for an answer that must not be lost unnoticed. A service worker may be stopped at any moment, and Chromium then gives
 * its successor every request of a page once more, a POST too; a navigation it leaves hanging (both seen in Chromium 156).
 */
export interface Asker {
  /** `Client.id` of who asked; of a navigation, that of the document before, or nothing. */
  readonly client: string;
  /** As the page asked for it. */
  readonly url: string;
  readonly navigation: boolean;
  /** Of a navigation: the URLs that led here by redirects, first to last. */
  readonly redirectedFrom?: readonly string[];
}

/** A request whose answer went down with a service worker. The guest may have carried it out. */
export interface Unanswered extends Asker {
  readonly method: string;
}

export type ToKernel =
  | {
      readonly type: 'hello';
      readonly version: number;
      /**
       * Of a service worker: differs each time it is started. A port tells nobody that its other end has died, so by a new
       * name the kernel learns that everything of the old one's is to be closed.
       */
      readonly worker?: string;
    }
  /** Nothing more will come over this port. */
  | { readonly type: 'bye' }
  /**
   * Whether anybody is at the other end: asked before a request that must not be repeated, since what was sent to a kernel that was gone
   * already cannot be told from what it took along. The kernel keeps an `asker` as that of a request, until `delivered`.
   */
  | { readonly type: 'ping'; readonly id: number; readonly method: string; readonly asker?: Asker }
  | {
      readonly type: 'request';
      readonly id: number;
      /** Guest TCP port; MACHINE_PORT (archive.ts) for what the machine answers itself. */
      readonly port: number;
      readonly method: string;
      /** Origin-form request target: path and query, as it stands in the request line. */
      readonly target: string;
      readonly headers: HeaderList;
      /** `null`: no body. An ArrayBuffer: the whole body. `'stream'`: `body` messages follow until `body-end`. */
      readonly body: null | ArrayBuffer | 'stream';
      /**
       * Size of a streamed body in bytes, where known. Else the kernel collects the body before it sends it: PHP's built-in
       * server, for one, reads no chunked request.
       */
      readonly bodyLength?: number;
      /** The guest reads chunked requests: a streamed body of unknown size goes to it as it comes. */
      readonly chunked?: true;
      /** Milliseconds until the response's head must have come; no limit on bodies. */
      readonly headTimeout: number;
      readonly trace?: RequestTrace;
      /** Of navigations, and of requests that would do harm if the guest saw them twice. The kernel keeps it until `delivered`. */
      readonly asker?: Asker;
    }
  | { readonly type: 'body'; readonly id: number; readonly chunk: ArrayBuffer }
  | { readonly type: 'body-end'; readonly id: number }
  /** The request's body failed on the browser's side: the guest's connection is reset. */
  | { readonly type: 'body-error'; readonly id: number }
  /** The consumer took `chunks` chunks of the response. */
  | { readonly type: 'credit'; readonly id: number; readonly chunks: number }
  /** The client went away: the guest's socket is closed, no further message for this id comes. */
  | { readonly type: 'cancel'; readonly id: number }
  /** From an inspector page, past the worker: `port` speaks `protocol/inspect.ts`; it is transferred. */
  | { readonly type: 'inspect'; readonly port: MessagePort }
  /** The asker has its answer: the head of one, or all of a document. */
  | { readonly type: 'delivered'; readonly id: number }
  | ({ readonly type: 'upgrade'; readonly id: number } & UpgradeRequest);

/** A WebSocket's handshake; a guest that agrees gets a tunnel (tunnel.ts). It goes on when the bridge's own port closes. */
export interface UpgradeRequest {
  /** Guest TCP port. */
  readonly port: number;
  /** As in a request. */
  readonly target: string;
  /** Without those that concern the connection. */
  readonly headers: HeaderList;
  /** The one answer to the request's key (RFC 6455 section 4.2.2). */
  readonly accept: string;
  /** Subprotocols that the guest may choose from. */
  readonly protocols: readonly string[];
  /** Milliseconds until the guest must have answered. */
  readonly headTimeout: number;
  /** The page's end of the tunnel; it is transferred. */
  readonly page: MessagePort;
  /** Life of the page's WebSocket. */
  readonly life: string;
}

export type FromKernel =
  | {
      readonly type: 'hello';
      readonly version: number;
      /** To a service worker: what those before it, which were stopped lately, took along. */
      readonly unanswered?: readonly Unanswered[];
      /** Names the life of this kernel, where it holds a lock for it (tunnel.ts). */
      readonly life?: string;
    }
  | { readonly type: 'refused'; readonly version: number }
  /** Answers a `ping`, in the order in which they came. */
  | { readonly type: 'pong' }
  | {
      readonly type: 'response';
      readonly id: number;
      readonly status: number;
      readonly statusText: string;
      readonly headers: HeaderList;
      /** As in a request; `null` for HEAD, 1xx, 204, 205 and 304. */
      readonly body: null | ArrayBuffer | 'stream';
      readonly timing?: ResponseTiming;
    }
  | { readonly type: 'chunk'; readonly id: number; readonly chunk: ArrayBuffer }
  | { readonly type: 'end'; readonly id: number }
  /** Before `response`: becomes an error page. After it: errors the body stream. */
  | { readonly type: 'failed'; readonly id: number; readonly code: ErrorCode; readonly detail?: string }
  | { readonly type: 'credit'; readonly id: number; readonly chunks: number }
  /** The guest has answered an `upgrade`, in whatever way: the page hears how it went, the worker keeps the cookies. */
  | { readonly type: 'upgraded'; readonly id: number; readonly setCookies: readonly string[] };
