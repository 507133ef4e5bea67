/** `kernel.syscall`: what needs no kernel is answered here, the rest goes through the thread's channel. */
import { EFAULT } from '../../abi/errno.js';
import * as number from '../../abi/syscall.js';
import { CLOCK_PROCESS_CPUTIME_ID } from '../../abi/time.js';
import { CROSS } from '../../fs/path-walk.js';
import type { ProcessStart } from '../../platform/guest-workers.js';
import type { SystemCalls } from '../../vdso/system-calls.js';
import { now, putResolution, putTime, TIMESPEC_SIZE, timeAt } from './clock.js';
import { LocalCalls } from './local-calls.js';

/** A system call: its number and six arguments. */
export type Syscall = (call: number, a: number, b: number, c: number, d: number, e: number, f: number) => number;

/** What a handler of three parameters is called with fits any of more. */
const MOST_PARAMETERS = 3;

export function systemCall(
  memory: WebAssembly.Memory,
  calls: SystemCalls,
  start: Pick<ProcessStart, 'tid' | 'clockOrigin'>,
  instance: () => WebAssembly.Instance | null,
): Syscall {
  const { channel } = calls;
  const local = new LocalCalls(memory, calls);
  let view = new DataView(memory.buffer);
  /** The offset of `length` bytes in the view, or -1: the program may have more memory than it had. */
  const range = (pointer: number, length: number): number => {
    const at = pointer >>> 0;
    if (at + length > view.byteLength) view = new DataView(memory.buffer);
    return at === 0 || at + length > view.byteLength ? -1 : at;
  };
  /** What the kernel said of the process's processor time last, less what this thread had used then; null: it is to be asked. */
  let others: number | null = null;
  /** The process's processor time, while this thread alone adds to it; null where only the kernel knows. */
  const processTime = (call: number, clock: number, pointer: number): number | null => {
    if (clock !== CLOCK_PROCESS_CPUTIME_ID) return null;
    if (call !== number.SYS_clock_gettime_time64) return 0;
    if (!calls.process.alone) others = null;
    const used = performance.now() - channel.slept;
    if (others !== null) return others + used;
    if (calls.plain(call, clock, pointer, 0, 0, 0, 0) < 0) return null;
    const at = range(pointer, TIMESPEC_SIZE);
    const told = timeAt(view, at);
    if (calls.process.alone) others = told - (performance.now() - channel.slept);
    return told;
  };
  return (call, a, b, c, d, e, f) => {
    switch (call) {
      case number.SYS_getpid:
        calls.process.countCall();
        return calls.process.pid;
      case number.SYS_gettid:
        calls.process.countCall();
        return start.tid;
      case number.SYS_clock_gettime_time64:
      case number.SYS_clock_getres_time64: {
        const time = now(a, channel.slept, start.clockOrigin) ?? processTime(call, a, b);
        if (time === null) return calls.plain(call, a, b, c, d, e, f);
        if (call === number.SYS_clock_getres_time64 && b === 0) return 0;
        const at = range(b, TIMESPEC_SIZE);
        if (at < 0) return -EFAULT;
        if (call === number.SYS_clock_gettime_time64) putTime(view, at, time);
        else putResolution(view, at);
        return 0;
      }
      case number.SYS_clone:
        // It may have used its time, and be over, before this thread asks again.
        others = null;
        return calls.plain(call, a, b, c, d, e, f);
      case number.SYS_portside_arity:
        return functionAt(instance(), a)?.length ?? MOST_PARAMETERS;
      case number.SYS_portside_call:
        functionAt(instance(), a)?.(b);
        return 0;
      default: {
        const result = local.answer(call, a, b, c, d, e);
        return result === CROSS ? calls.plain(call, a, b, c, d, e, f) : result;
      }
    }
  };
}

type TableFunction = (...words: number[]) => unknown;

const isFunction = (entry: unknown): entry is TableFunction => typeof entry === 'function';

/**
 * A function of the program's table: its `length` is the number of its parameters, and it takes any number of arguments
 * (WebAssembly JavaScript interface, 5.6).
 */
function functionAt(instance: WebAssembly.Instance | null, index: number): TableFunction | null {
  const table = instance?.exports.__indirect_function_table;
  if (!(table instanceof WebAssembly.Table) || index >>> 0 >= table.length) return null;
  const entry: unknown = table.get(index);
  return isFunction(entry) ? entry : null;
}
