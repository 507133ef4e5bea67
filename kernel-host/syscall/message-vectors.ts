/** Several messages in one call (sendmmsg(2), recvmmsg(2)). */
import { EINVAL, Errno } from '../abi/errno.js';
import { MSG_DONTWAIT } from '../abi/socket.js';
import type { Kernel } from '../kernel.js';
import { PARKED, type Task } from '../process/task.js';
import type { Handler } from './call.js';
import { messageCalls } from './messages.js';

const MSG_WAITFORONE = 0x10000;
/** struct mmsghdr: a msghdr and how many bytes it was. */
const LENGTH_OFFSET = 28;
const MMSGHDR_SIZE = 32;
/** As many in one call as a vector has parts (UIO_MAXIOV): sendmmsg(2), and what keeps one caller from holding up others. */
const MOST = 1024;

/**
 * Goes on with the next message when one is done, whether that took waiting or not. What fails after the first ends the call, which
 * tells how many there were.
 */
function each(
  kernel: Kernel,
  task: Task,
  vector: number,
  count: number,
  one: Handler,
  fd: number,
  flagsOf: (done: number) => number,
  ends: () => boolean = () => false,
): number {
  const wanted = Math.min(count >>> 0, MOST);
  let done = 0;
  /** What the call gives, or null: it goes on. */
  const settled = (result: number): number | null => {
    if (result < 0) return done > 0 ? done : result;
    task.memory.setInt32(vector + done * MMSGHDR_SIZE + LENGTH_OFFSET, result);
    done++;
    return done === wanted || ends() ? done : null;
  };
  const next = (): number => {
    for (;;) {
      let result: number;
      try {
        result = one(kernel, task, fd, vector + done * MMSGHDR_SIZE, flagsOf(done), 0, 0, 0);
      } catch (error) {
        if (!(error instanceof Errno) || done === 0) throw error;
        return done;
      }
      if (result === PARKED) return task.continueWith((result) => settled(result) ?? next());
      const given = settled(result);
      if (given !== null) return given;
    }
  };
  return wanted === 0 ? 0 : next();
}

const sendmmsg: Handler = (kernel, task, fd, vector, count, flags) =>
  each(kernel, task, vector, count, messageCalls.sendmsg, fd, () => flags);

/** The limit is looked at after each message, as recvmmsg(2) has it under BUGS. */
const recvmmsg: Handler = (kernel, task, fd, vector, count, flags, timeoutAt) => {
  const waitsForOne = (flags & MSG_WAITFORONE) !== 0;
  const plain = flags & ~MSG_WAITFORONE;
  let limit = Number.POSITIVE_INFINITY;
  if (timeoutAt !== 0) {
    const nanoseconds = task.memory.getInt32(timeoutAt + 8);
    const seconds = task.memory.getInt64(timeoutAt);
    if (seconds < 0 || nanoseconds < 0 || nanoseconds > 999_999_999) return -EINVAL;
    limit = kernel.clock.monotonic() + seconds * 1000 + nanoseconds / 1e6;
  }
  return each(
    kernel,
    task,
    vector,
    count,
    messageCalls.recvmsg,
    fd,
    (done) => (waitsForOne && done > 0 ? plain | MSG_DONTWAIT : plain),
    () => kernel.clock.monotonic() >= limit,
  );
};

export const messageVectorCalls = { sendmmsg, recvmmsg };
