/** The IPC objects of a machine (Linux: struct ipc_namespace). They live until they are removed, or the machine ends. */

import { Identifiers } from './identifiers.js';
import type { MessageQueue } from './message-queue.js';
import type { PosixQueue } from './posix-queue.js';
import type { Segment } from './segment.js';
import type { SemaphoreSet } from './semaphore-set.js';

/** Linux: MSGMNI, SEMMNI, SHMMNI. */
export const MOST_QUEUES = 32000;
export const MOST_SETS = 32000;
export const MOST_SEGMENTS = 4096;

export class Ipc {
  readonly queues = new Identifiers<MessageQueue>(MOST_QUEUES);
  readonly sets = new Identifiers<SemaphoreSet>(MOST_SETS);
  readonly segments = new Identifiers<Segment>(MOST_SEGMENTS);
  /** POSIX message queues by name, without the slash that it begins with. */
  readonly posixQueues = new Map<string, PosixQueue>();

  /** A process has ended. */
  exited(pid: number): void {
    for (const set of this.sets.all) set.exited(pid);
    for (const queue of this.posixQueues.values()) queue.unregister(pid);
  }
}
