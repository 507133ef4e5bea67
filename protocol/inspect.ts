/**
 * The border between an inspector page and what it looks at: the kernel, over a port that the service worker passed on, and the
 * worker, for requests that no kernel ever had. Types and limits; no behaviour.
 *
 * The kernel sends what changed since its last message, once the page has asked for it: `more` is the page's credit, one for
 * each message, so a page that is hidden or gone is sent nothing. All times are milliseconds since the epoch, each taken as
 * `performance.timeOrigin + performance.now()` by the thread that saw it.
 */
import type { HeaderList } from './bridge.js';
import type { ErrorCode } from './errors.js';

/** Requests that are over and still kept; those that are open are all kept. */
export const KEPT_REQUESTS = 500;

/** Characters kept of what a process wrote to stderr and stdout, together. */
export const KEPT_OUTPUT = 64 * 1024;

/** Name, below `<scope>.portside/`, of the page itself. */
export const INSPECTOR_PAGE = 'inspect';

/** Path of the page. @param base path that names the machine */
export const inspectorPath = (base: string): string => `${base}.portside/${INSPECTOR_PAGE}`;

export type ToInspected =
  /** The page has shown what it got, and takes the next changes. The first one is answered with all that is kept. */
  | { readonly type: 'more' }
  /** Asks for one `snapshot`. */
  | { readonly type: 'snapshot' }
  /** The page goes: a port tells nobody when its other end does. */
  | { readonly type: 'bye' };

export type FromInspected =
  | {
      readonly type: 'changes';
      /** Instead of what changed, all there is: the first message, and one after changes were passed over. */
      readonly whole: boolean;
      readonly requests: readonly RequestReport[];
      readonly output: readonly OutputReport[];
    }
  | {
      readonly type: 'snapshot';
      /** Size of the kernel's memory in bytes: file system, pipes and connections included, guests not. */
      readonly memory: number;
      readonly processes: readonly ProcessReport[];
      readonly listeners: readonly ListenerReport[];
      readonly connections: readonly ConnectionReport[];
    };

/** A request that a kernel took. Null: has not happened. */
export interface RequestReport {
  /** Counts up in the order in which the kernel took them. */
  readonly id: number;
  /** Guest TCP port. */
  readonly port: number;
  readonly method: string;
  /** As the page knows it; as the guest does (`/path?query`) where it did not come from a browser. */
  readonly url: string;
  /** The service worker got it, and sent it on; null where it came by another way. */
  readonly receivedAt: number | null;
  readonly sentAt: number | null;
  /** The kernel took it. */
  readonly takenAt: number;
  /** Its connection was placed on the guest's accept queue, and was accepted. */
  readonly connectedAt: number | null;
  readonly acceptedAt: number | null;
  readonly firstByteAt: number | null;
  readonly endedAt: number | null;
  /** As the guest sent it; the worker may have answered with another (206, for one). */
  readonly status: number | null;
  readonly statusText: string;
  /** Bytes written to the guest, head included; bytes of body that came from it. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** How often it was sent again, because the guest closed without a byte. */
  readonly retries: number;
  readonly outcome: 'open' | 'complete' | 'cancelled' | ErrorCode;
  readonly requestHeaders: HeaderList;
  readonly responseHeaders: HeaderList | null;
}

/** A request that the worker answered with an error page because there was no kernel, or none that stayed. */
export interface UnreachedRequest {
  readonly method: string;
  readonly url: string;
  readonly receivedAt: number;
  readonly endedAt: number;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string | undefined;
}

/** Something that a process wrote. */
export interface OutputReport {
  readonly pid: number;
  /** Its program; empty where that is not known. */
  readonly name: string;
  readonly fd: 1 | 2;
  readonly at: number;
  readonly text: string;
}

export interface ProcessReport {
  readonly pid: number;
  /** 0: started by the host. */
  readonly parent: number;
  readonly name: string;
  readonly arguments: readonly string[];
  /** `sleeping`: its thread waits in a system call. `ended`: its parent has not asked for its status yet. */
  readonly state: 'running' | 'sleeping' | 'ended';
  readonly startedAt: number;
  /** System calls that its program made, and those of them that crossed to the kernel. */
  readonly calls: number;
  readonly crossings: number;
  /** Open descriptors. */
  readonly descriptors: number;
}

export interface ListenerReport {
  /** `host:port`, or a path. */
  readonly address: string;
  /** Connections that wait to be accepted, and that may. */
  readonly pending: number;
  readonly backlog: number;
  readonly pids: readonly number[];
}

/** One process's end of a connection. */
export interface ConnectionReport {
  readonly pid: number;
  readonly fd: number;
  readonly local: string;
  readonly remote: string;
  /** Bytes that wait to be read by this end. */
  readonly unread: number;
  /** `half-closed`: the other side writes no more, or this one does not. */
  readonly state: 'open' | 'half-closed' | 'reset';
}
