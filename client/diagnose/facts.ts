/** What `diagnose` looked at. Plain data: a report can be copied, sent and read elsewhere. */
import type { ErrorCode } from '../../protocol/errors.js';
import type { WorkerScript } from '../worker-script.js';

/** Whether something really works here, or the name of the error that says it does not. */
export type Probe = 'works' | 'missing' | 'no answer' | { readonly error: string };

export interface StorageFacts {
  readonly indexedDb: Probe;
  readonly caches: Probe;
  readonly locks: Probe;
  readonly sessionStorage: Probe;
  /** The origin private file system, which private windows of some browsers refuse. */
  readonly fileSystem: Probe;
  /** Bytes, as the browser estimates them; null where it does not. */
  readonly quota: number | null;
  readonly usage: number | null;
  /** Whether the browser promised not to clear it by itself. */
  readonly persisted: boolean | null;
  /** Document.hasStorageAccess(): false in frames that get a storage of their own, or none. */
  readonly access: boolean | null;
}

export interface WorkerFacts {
  readonly scope: string;
  readonly installing: string | null;
  readonly waiting: string | null;
  readonly active: string | null;
}

/** What the kernel itself says, over the way that requests go. */
export type KernelFacts =
  /** There was no service worker to ask. */
  | { readonly kind: 'not asked' }
  /** Neither the worker nor a kernel said anything in time. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly detail: string }
  | {
      readonly kind: 'running';
      readonly processes: readonly string[];
      /** Addresses that its programs listen on. */
      readonly listening: readonly string[];
    };

export interface DiagnosisFacts {
  readonly at: string;
  readonly userAgent: string;
  readonly url: string;
  readonly base: string;
  readonly script: string;
  readonly protocolVersion: number;
  readonly online: boolean;
  readonly secureContext: boolean;
  /** In a tab of its own, in a page of the same origin, or in one of another. */
  readonly place: 'top' | 'same-origin frame' | 'cross-origin frame';
  /** `blocked`: its getter throws, as in a frame that is sandboxed without its origin. */
  readonly serviceWorkers: 'supported' | 'missing' | 'blocked';
  readonly registration: WorkerFacts | null;
  /** Script of the worker that controls this page. */
  readonly controller: string | null;
  readonly workerScript: WorkerScript;
  readonly crossOriginIsolated: boolean;
  readonly sharedArrayBuffer: boolean;
  /** Whether Document-Isolation-Policy gives a frame the shared memory that the page lacks. */
  readonly isolatedFrame: 'isolated' | 'not isolated' | 'no answer' | 'not asked';
  readonly storage: StorageFacts;
  /** A guess, and only ever a hint: Chromium gives nothing to guess from since version 138, on purpose. */
  readonly privateWindow: 'likely' | 'unknown';
  /** Who holds the kernel's lock: the page that runs it, or nobody. */
  readonly kernelLock: 'held' | 'free' | 'unknown';
  readonly kernel: KernelFacts;
}
