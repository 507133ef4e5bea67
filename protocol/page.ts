/**
 * The border between pages and the service worker: how a page that runs a kernel hands over a port to it, and how a
 * restarted worker asks for a new one. Types only. Every message carries `portside`, so that an app's own messages on the same
 * channel are never mistaken for ours.
 */
import type { BRIDGE_VERSION, Unanswered } from './bridge.js';
import type { CookieSnapshot, CookieWrite } from './cookies.js';
import type { ErrorCode } from './errors.js';
import type { UnreachedRequest } from './inspect.js';

export type PageToWorker =
  /** Transfers a MessagePort that speaks `bridge.ts` with the kernel worker itself. */
  | {
      readonly portside: 'connect';
      readonly version: typeof BRIDGE_VERSION;
      readonly base: string;
      /** The page is isolated by COOP and COEP: frames in it need an embedder policy of their own. */
      readonly isolated: boolean;
    }
  /** This page runs no kernel (any more): it is not to be asked for ports. */
  | { readonly portside: 'disconnect'; readonly base: string }
  /** To a worker that waits: every page that shows the site agrees, so it may take the place of the one that is active. */
  | { readonly portside: 'take-over'; readonly base: string }
  /** To an active worker, by a page that was loaded past it: it is to control the pages of its scope, which is `base`. */
  | { readonly portside: 'claim'; readonly base: string }
  /** From an inspector page: transfers a MessagePort that speaks `inspect.ts`, for the kernel. */
  | { readonly portside: 'inspect'; readonly version: typeof BRIDGE_VERSION; readonly base: string }
  /** Asks for a WebSocket into a guest; transfers the MessagePort that speaks `tunnel.ts`. */
  | {
      readonly portside: 'upgrade';
      readonly base: string;
      /** Absolute, of ws: or wss:. */
      readonly url: string;
      /** Subprotocols, the one liked best first. */
      readonly protocols: readonly string[];
      /** Life of the page's WebSocket. */
      readonly life: string;
    }
  /** From a guest's document: it has the cookies of this version, and wants to hear of newer ones. */
  | { readonly portside: 'cookies-seen'; readonly base: string; readonly version: number }
  /** From a guest's document; it is told when the cookie has been taken. */
  | ({ readonly portside: 'cookie-write'; readonly base: string } & CookieWrite)
  /** Keeps the worker alive while exchanges are open: Chromium does not count port messages (measured). */
  | { readonly portside: 'keep-alive' };

export type WorkerToPage =
  /** The worker has no port (it was restarted): the page that runs the kernel answers with `connect`. */
  | { readonly portside: 'port-wanted'; readonly base: string }
  /** Exchanges are open (true) or none is left (false): the page sends `keep-alive` while they are. */
  | { readonly portside: 'busy'; readonly busy: boolean }
  /** To guest documents: the cookies that scripts may see. */
  | ({
      readonly portside: 'cookies';
      readonly base: string;
      /** The page is waited for: it says `cookies-seen` at once. */
      readonly answer: boolean;
      /** The `CookieWrite` of this page that has been taken; empty: there was none. */
      readonly written: string;
    } & CookieSnapshot)
  /** To inspector pages: the port that one of them sent found no kernel. */
  | { readonly portside: 'not-inspected'; readonly base: string; readonly code: ErrorCode; readonly detail?: string }
  /** To inspector pages: a page handed over a port to its kernel (again), or took its kernel away. */
  | { readonly portside: 'kernel-changed'; readonly base: string }
  /** To inspector pages: requests that no kernel has in its records. */
  | { readonly portside: 'unreached'; readonly base: string; readonly requests: readonly UnreachedRequest[] };

/**
 * From the kernel worker to all pages of the origin, over the BroadcastChannel of the base: a service worker has died with these
 * requests. A page whose frame was on its way to one of them would wait for ever.
 */
export interface LostRequests {
  readonly portside: 'unanswered';
  readonly requests: readonly Unanswered[];
}

/**
 * From a page that deletes a site to all pages of the origin, over the same channel: whoever runs its kernel is to stop it, and nobody
 * to start another.
 */
export interface SiteDeleted {
  readonly portside: 'site-deleted';
}
