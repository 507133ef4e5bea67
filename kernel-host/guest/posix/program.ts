/**
 * Runs a program that `portside cc` built. Its memory is shared with the kernel, which reads and writes in place what the
 * pointers of a call lead to: a call is its number and its arguments, and nothing is copied here.
 */
import { EFAULT, ENOSYS } from '../../abi/errno.js';
import { MAP_ANONYMOUS, MAP_PRIVATE } from '../../abi/memory.js';
import * as number from '../../abi/syscall.js';
import type { SystemCalls } from '../../vdso/system-calls.js';
import { Abort } from '../imports.js';
import { now, putResolution, putTime, TIMESPEC_SIZE } from './clock.js';
import { InitialStack } from './stack.js';

/** Arguments larger than this do not go on the stack, of which a program has 1 MiB by default. */
const LARGE_ARGUMENTS = 65536;
const PROT_READ_WRITE = 3;

/** A system call: its number and six arguments. */
type Syscall = (call: number, a: number, b: number, c: number, d: number, e: number, f: number) => number;

/** Returns only when the program could not be started: a program that ends takes its worker with it. */
export function runPosix(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  calls: SystemCalls,
  argv: readonly string[],
  environment: readonly string[],
): void {
  const syscall = systemCall(memory, calls);
  const instance = new WebAssembly.Instance(module, {
    env: { memory },
    // Programs that fork or start threads are linked, and told ENOSYS.
    kernel: { syscall, fork: () => -ENOSYS, clone: () => -ENOSYS },
  });
  const { _start_c: start, __stack_pointer: stackPointer } = instance.exports;
  if (typeof start !== 'function') throw new Abort('the program exports no _start_c');
  if (!(stackPointer instanceof WebAssembly.Global)) throw new Abort('the program exports no __stack_pointer');
  const identity = { uid: calls.plain(number.SYS_geteuid), gid: calls.plain(number.SYS_getegid) };
  const stack = new InitialStack(argv, environment, identity);
  let at: number;
  if (stack.size > LARGE_ARGUMENTS) {
    at = calls.plain(number.SYS_mmap2, 0, stack.size, PROT_READ_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    if (at < 0) throw new Abort(`there is no room for the arguments: errno ${-at}`);
  } else {
    at = (stackPointer.value - stack.size) & ~15;
    stackPointer.value = at;
  }
  stack.write(memory.buffer, at);
  start(at);
  throw new Abort('the program came back from _start_c');
}

function systemCall(memory: WebAssembly.Memory, calls: SystemCalls): Syscall {
  const { channel } = calls;
  const { pid } = calls.process;
  let view = new DataView(memory.buffer);
  /** The offset of `length` bytes in the view, or -1: the program may have more memory than it had. */
  const range = (pointer: number, length: number): number => {
    const at = pointer >>> 0;
    if (at + length > view.byteLength) view = new DataView(memory.buffer);
    return at === 0 || at + length > view.byteLength ? -1 : at;
  };
  return (call, a, b, c, d, e, f) => {
    switch (call) {
      case number.SYS_getpid:
        calls.process.countCall();
        return pid;
      case number.SYS_sched_yield:
        // Each thread has a worker of its own, and nobody to make way for.
        return 0;
      case number.SYS_clock_gettime_time64:
      case number.SYS_clock_getres_time64: {
        const time = now(a, channel.slept);
        if (time < 0) return time;
        if (call === number.SYS_clock_getres_time64 && b === 0) return 0;
        const at = range(b, TIMESPEC_SIZE);
        if (at < 0) return -EFAULT;
        if (call === number.SYS_clock_gettime_time64) putTime(view, at, time);
        else putResolution(view, at);
        return 0;
      }
      default:
        return calls.plain(call, a, b, c, d, e, f);
    }
  };
}
