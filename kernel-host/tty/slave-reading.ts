/** Reading a terminal: whole lines, or as many bytes as VMIN and VTIME ask for (termios(3), POSIX 11.1.7). */
import { EAGAIN, EIO, ERESTARTSYS } from '../abi/errno.js';
import type { Kernel } from '../kernel.js';
import { PARKED, type Task } from '../process/task.js';
import type { PseudoTerminal } from './pseudo-terminal.js';

/** VTIME counts tenths of a second. */
const TENTH = 100;

/** @param took hears of the count before the call returns. */
export function readSlave(
  kernel: Kernel,
  task: Task,
  pair: PseudoTerminal,
  into: Uint8Array,
  mayWait: boolean,
  took: (count: number) => void,
): number {
  const { discipline } = pair;
  if (pair.hungUp || into.length === 0) return 0;
  const { readsLines, minimum } = discipline;
  const patience = readsLines ? 0 : discipline.time * TENTH;
  const enough = (): boolean => discipline.readable(Math.min(Math.max(minimum, 1), into.length));
  const take = (): number => {
    const count = Math.max(0, pair.read(into));
    if (count > 0) took(count);
    return count;
  };
  const wait = (): number => {
    const seen = discipline.available;
    return task.park({
      queues: [pair.readable],
      retry: () => {
        if (pair.hungUp) return -EIO;
        if (enough()) return take();
        // With VMIN the time runs from each byte to the next.
        return patience > 0 && minimum > 0 && discipline.available !== seen ? wait() : PARKED;
      },
      deadline: patience > 0 && (minimum === 0 || seen > 0) ? kernel.clock.monotonic() + patience : null,
      expired: take,
      interrupted: () => (!readsLines && discipline.readable() ? take() : -ERESTARTSYS),
    });
  };
  if (enough()) return take();
  if (!readsLines && minimum === 0 && patience === 0) return 0;
  if (mayWait) return wait();
  return !readsLines && discipline.readable() ? take() : -EAGAIN;
}
