/**
 * The border between a page and the kernel worker it starts: how a machine is booted, watched and connected.
 * Types and one version; no behaviour.
 */
import type { ErrorCode } from './errors.js';
import type { SiteConfig } from './site.js';

export const MACHINE_VERSION = 2;

export type ToMachine =
  /** The first message, where there is such a port: the page is at its other end, and not at the worker's own. */
  | { readonly type: 'control'; readonly port: MessagePort }
  /**
   * `stored`: the page remembers that the site has stored files on this device. `processWorkers`: who starts the workers of guest
   * processes, the kernel by itself or the page for it.
   */
  | {
      readonly type: 'boot';
      readonly version: number;
      readonly site: SiteConfig;
      readonly origin: string;
      readonly stored: boolean;
      readonly processWorkers: 'kernel' | 'page';
    }
  | ProcessWorkerFailure
  /** Instead of `boot`, in a page that must be loaded once more before it can: what a boot will need is stored meanwhile. */
  | { readonly type: 'prefetch'; readonly version: number; readonly site: SiteConfig; readonly origin: string }
  /** `port` speaks `protocol/bridge.ts`; it is transferred. Several may be connected at once. */
  | { readonly type: 'connect'; readonly port: MessagePort }
  /** Asks for one `stats`. */
  | { readonly type: 'stats' }
  /** The page may be frozen or gone in a moment: what has changed is to be stored now. */
  | { readonly type: 'flush' }
  /** Asks for one `current`. */
  | { readonly type: 'current' };

/** A worker that the page has started for the kernel stopped by itself. */
export interface ProcessWorkerFailure {
  readonly type: 'worker-failed';
  readonly id: number;
  readonly message: string;
  /** What its process dies of, where its worker knows. */
  readonly signal?: number;
}

/** What the kernel asks of a page that starts the workers of its guest processes; `url` is their script's. */
export type ForProcessWorkers =
  /** So many are to stand by. */
  | { readonly type: 'prepare-workers'; readonly url: string; readonly count: number }
  /** `start` is the worker's first message: the kernel's business alone. */
  | { readonly type: 'start-worker'; readonly url: string; readonly id: number; readonly start: unknown }
  | { readonly type: 'end-worker'; readonly id: number };

/** What the kernel has counted for a process that runs, since its start. */
export interface ProcessStats {
  readonly pid: number;
  readonly name: string;
  /** System calls that its program made. */
  readonly calls: number;
  /** Those of them that its own worker could not answer: they crossed to the kernel. */
  readonly crossings: number;
}

export interface MachineStats {
  /** Size of the kernel's memory in bytes: file system, pipes and connections included, guests not. */
  readonly memory: number;
  readonly processes: readonly ProcessStats[];
}

/** The steps of a boot, in order. */
export type BootStep = 'download' | 'unpack' | 'compile' | 'start' | 'listen';

/**
 * What becomes of the site's files. `stored`: the first of them are. `full`: the browser gives no more room; `failing`: the database does
 * not work. What is written stays in memory then, and is tried again until `recovered`. `evicted`: what was stored is gone.
 */
export type StorageState = 'stored' | 'full' | 'failing' | 'recovered' | 'evicted';

export type FromMachine =
  /** `loaded` and `total` are bytes over all downloads in `download`; both 0 where a step has no measure. */
  | { readonly type: 'progress'; readonly step: BootStep; readonly loaded: number; readonly total: number }
  /** Answers `prefetch`, whether it succeeded or not: a boot meets the same trouble again, and says what it is. */
  | { readonly type: 'prefetched' }
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly detail?: string }
  /** A line or more that a guest wrote to stdout (1) or stderr (2). */
  | { readonly type: 'output'; readonly pid: number; readonly fd: 1 | 2; readonly text: string }
  /** A server process ended; the machine starts another unless `restarted` is false. */
  | { readonly type: 'exit'; readonly pid: number; readonly status: number; readonly restarted: boolean }
  | ({ readonly type: 'stats' } & MachineStats)
  | { readonly type: 'storage'; readonly state: StorageState }
  /** So many bytes of the packed files are on this device, of all; the site needs its host until they are all. */
  | { readonly type: 'offline'; readonly loaded: number; readonly total: number }
  /** A part of the packed files that a guest wanted could not be had: the guest was told EIO. */
  | { readonly type: 'missing'; readonly code: ErrorCode; readonly detail?: string }
  /** Whether no other machine has taken over the site's files since this one booted. */
  | { readonly type: 'current'; readonly current: boolean }
  | ForProcessWorkers;
