/** Calls whose answer the kernel has to wait for itself, and not for a guest: what becomes of a write on the disk. */
import { EINTR } from '../abi/errno.js';
import { WaitQueue } from '../poll/wait-queue.js';
import { PARKED, type Task } from '../process/task.js';

/** Answers with -errno where `outcome` is below 0, else with `result`; at once when it is known, or when it is. */
export function settle(task: Task, outcome: number | Promise<number>, result = 0): number {
  if (typeof outcome === 'number') return outcome < 0 ? outcome : result;
  const settled = new WaitQueue();
  let answer: number = PARKED;
  outcome.then((value) => {
    answer = value < 0 ? value : result;
    settled.wake();
  });
  return task.park({
    queues: [settled],
    retry: () => answer,
    deadline: null,
    expired: () => -EINTR,
    interrupted: null,
  });
}
