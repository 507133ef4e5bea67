/** futex(2). Priority inheritance is not there: ENOSYS, which the C library tells as ENOTSUP. */
import { EAGAIN, EINTR, EINVAL, ENOSYS, ERESTARTSYS, ETIMEDOUT } from '../abi/errno.js';
import { CLOCK_MONOTONIC, CLOCK_REALTIME } from '../abi/time.js';
import type { UserMemory } from '../memory/user-memory.js';
import { ALL_BITS } from '../process/futexes.js';
import type { Handler } from './call.js';
import { deadlineAt, deadlineIn } from './time.js';

const FUTEX_WAIT = 0;
const FUTEX_WAKE = 1;
const FUTEX_REQUEUE = 3;
const FUTEX_CMP_REQUEUE = 4;
const FUTEX_WAKE_OP = 5;
const FUTEX_WAIT_BITSET = 9;
const FUTEX_WAKE_BITSET = 10;
const FUTEX_CLOCK_REALTIME = 256;
/** Without FUTEX_PRIVATE_FLAG: which words others see is known here. */
const COMMAND = 0x7f;

export const futex: Handler = (kernel, task, address, operation, value, timeout, target, third) => {
  const { memory, process } = task;
  const { futexes } = kernel;
  const word = address >>> 0;
  if (word % 4 !== 0) return -EINVAL;
  // A word that is not the process's cannot be waited for, nor woken.
  memory.getInt32(word);
  const command = operation & COMMAND;
  switch (command) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET: {
      const bits = command === FUTEX_WAIT ? ALL_BITS : third >>> 0;
      if (bits === 0) return -EINVAL;
      const clock = (operation & FUTEX_CLOCK_REALTIME) !== 0 ? CLOCK_REALTIME : CLOCK_MONOTONIC;
      const deadline =
        command === FUTEX_WAIT ? deadlineIn(kernel, memory, timeout) : deadlineAt(kernel, memory, timeout, clock);
      // Made again, it would wait as long once more (Linux: ERESTART_RESTARTBLOCK).
      const interrupted = deadline === null ? -ERESTARTSYS : -EINTR;
      return futexes.wait(
        task,
        word,
        value,
        bits,
        deadline,
        () => -ETIMEDOUT,
        () => interrupted,
      );
    }
    case FUTEX_WAKE:
      return futexes.wake(process, word, Math.max(1, value));
    case FUTEX_WAKE_BITSET:
      return third === 0 ? -EINVAL : futexes.wake(process, word, Math.max(1, value), third >>> 0);
    case FUTEX_REQUEUE:
    case FUTEX_CMP_REQUEUE:
      if (value < 0 || timeout < 0) return -EINVAL;
      memory.getInt32(target);
      if (command === FUTEX_CMP_REQUEUE && memory.getInt32(word) !== third) return -EAGAIN;
      return futexes.requeue(process, word, value, timeout, target >>> 0);
    case FUTEX_WAKE_OP: {
      const wakes = change(memory, target >>> 0, third);
      const woken = futexes.wake(process, word, Math.max(1, value));
      return wakes ? woken + futexes.wake(process, target >>> 0, Math.max(1, timeout)) : woken;
    }
    default:
      return -ENOSYS;
  }
};

/** FUTEX_WAKE_OP: changes the second word, and says whether those who wait for it are woken, by what it was. */
function change(memory: UserMemory, address: number, encoded: number): boolean {
  const sign = (bits: number): number => (bits << 20) >> 20;
  const operation = (encoded >>> 28) & 0x7;
  const shifted = (encoded & 0x80000000) !== 0;
  const given = sign((encoded >>> 12) & 0xfff);
  const operand = shifted ? 1 << (given & 31) : given;
  const before = memory.update(address, (word) => {
    const results = [operand, word + operand, word | operand, word & ~operand, word ^ operand];
    return results[operation] ?? word;
  });
  const against = sign(encoded & 0xfff);
  const tests = [
    before === against,
    before !== against,
    before < against,
    before <= against,
    before > against,
    before >= against,
  ];
  return tests[(encoded >>> 24) & 0xf] ?? false;
}
