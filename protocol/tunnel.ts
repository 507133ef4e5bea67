/**
 * The border between a WebSocket of a guest's page and the kernel worker: what travels over a MessagePort of their own. The page
 * makes the port and gives one end to the service worker (`upgrade` in page.ts), which writes the handshake's request and hands
 * the end on to the kernel (`upgrade` in bridge.ts). From then on it carries the bytes of one TCP connection, whatever becomes of
 * the service worker. Types and names only.
 *
 * Both directions count credits in chunks, as bodies do in bridge.ts: WINDOW_CHUNKS at the start, at most MAX_CHUNK bytes each.
 */
import type { ErrorCode } from './errors.js';

export type ToTunnel =
  | { readonly type: 'data'; readonly chunk: ArrayBuffer }
  /** The page has taken `chunks` chunks. */
  | { readonly type: 'credit'; readonly chunks: number }
  /** The page has nothing more to say and reads no more: the connection is closed once what was sent is written. */
  | { readonly type: 'close' };

export type FromTunnel =
  /** The service worker has the request; `worker` names the life of it (`workerLockName`). */
  | { readonly type: 'received'; readonly worker: string }
  /** The service worker hands the port on: the next message is the kernel's, whose life is `kernel`, where it has a name for it. */
  | { readonly type: 'forwarded'; readonly kernel?: string }
  /** The guest has agreed, to this subprotocol or to none. */
  | { readonly type: 'open'; readonly protocol: string }
  /** There is no connection; last message. `message` is for the console. */
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly message: string }
  | { readonly type: 'data'; readonly chunk: ArrayBuffer }
  /** The guest has taken `chunks` chunks. */
  | { readonly type: 'credit'; readonly chunks: number }
  /** The guest has closed the connection; last message. */
  | { readonly type: 'end' };

/**
 * Web Lock held by each end of a tunnel, page and kernel, for as long as it lives. Ports tell nobody of a dead end (Chromium 156), and a lock is free
 * once its holder is gone, however that happened: whoever is granted it knows.
 */
export const lifeLockName = (life: string): string => `portside:life:${life}`;

/** A life's name is what `crypto.randomUUID` makes, so that no message can name another lock. */
export const isLife = (value: unknown): value is string =>
  typeof value === 'string' && /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/.test(value);
