/** A host that runs a process's program by itself, and answers the calls by which that becomes another, or more of them. */
import { EINTR, EIO } from '../abi/errno.js';
import { WaitQueue } from '../poll/wait-queue.js';
import { PARKED, type Task } from './task.js';

/** Each answers a system call: a result, PARKED, or null where the kernel is to answer it itself. */
export interface ProgramHost {
  fork(task: Task): number | null;
  exec(task: Task, path: string, argv: readonly string[], environment: readonly string[]): number | null;
  /** @param childTid where its id is made 0 when it ends; 0: nowhere. */
  clone(task: Task, stack: number, threadPointer: number, childTid: number): number | null;
}

/** Parks a call until its host has answered. A host that fails gives EIO. */
export function parkUntil(task: Task, answer: Promise<number>): number {
  const settled = new WaitQueue();
  let result: number | null = null;
  const settle = (value: number): void => {
    result = value;
    settled.wake();
  };
  answer.then(settle, () => settle(-EIO));
  return task.park({
    queues: [settled],
    retry: () => result ?? PARKED,
    deadline: null,
    expired: () => -EINTR,
    interrupted: null,
  });
}
