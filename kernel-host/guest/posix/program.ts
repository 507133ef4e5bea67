/**
 * Runs a program that `portside cc` built, or a thread of one. Its memory is shared with the kernel, which reads and writes in
 * place what the pointers of a call lead to: a call is its number and its arguments, and nothing is copied here.
 */
import { ENOSYS } from '../../abi/errno.js';
import { MAP_ANONYMOUS, MAP_PRIVATE, PROT_READ, PROT_WRITE } from '../../abi/memory.js';
import * as number from '../../abi/syscall.js';
import type { ProcessStart } from '../../platform/guest-workers.js';
import type { SystemCalls } from '../../vdso/system-calls.js';
import { Abort } from '../imports.js';
import { Fork } from './fork.js';
import { InitialStack } from './stack.js';
import { systemCall } from './system-call.js';

/** Arguments larger than this do not go on the stack, of which a program has 1 MiB by default. */
const LARGE_ARGUMENTS = 65536;
/** On a thread's stack, for where it begins: function and argument, in what the C library keeps aligned to 16. */
const THREAD_FRAME = 16;

type Entry = (...words: number[]) => void;

/** Returns only when the program could not be started: a program that ends takes its worker with it. */
export function runPosix(start: ProcessStart, memory: WebAssembly.Memory, calls: SystemCalls): void {
  const { entry, module } = start;
  const isThread = entry.kind === 'thread' || (entry.kind === 'fork' && entry.isThread);
  const fork = new Fork(memory, calls, isThread);
  let instance: WebAssembly.Instance | null = null;
  const exported = (name: string): Entry => {
    const found = instance?.exports[name];
    if (typeof found !== 'function') throw new Abort(`the program exports no ${name}`);
    return (...words) => void found(...words);
  };
  const syscall = systemCall(memory, calls, start, () => instance);
  const clone = (
    routine: number,
    stack: number,
    flags: number,
    argument: number,
    parentTid: number,
    threadPointer: number,
    childTid: number,
  ): number => {
    if (!instance?.exports.__wasm_thread_entry) return -ENOSYS;
    const at = ((stack >>> 0) & ~15) - THREAD_FRAME;
    new DataView(memory.buffer).setInt32(at, routine, true);
    new DataView(memory.buffer).setInt32(at + 4, argument, true);
    return syscall(number.SYS_clone, flags, at, parentTid, threadPointer, childTid, 0);
  };
  instance = new WebAssembly.Instance(module, { env: { memory }, kernel: { syscall, fork: fork.call, clone } });
  const { __stack_pointer: stackPointer } = instance.exports;
  if (!(stackPointer instanceof WebAssembly.Global)) throw new Abort('the program exports no __stack_pointer');
  fork.attach(instance, stackPointer);
  switch (entry.kind) {
    case 'program': {
      const at = putArguments(start, memory, calls, stackPointer);
      const begin = exported('_start_c');
      fork.run(() => begin(at));
      break;
    }
    case 'thread': {
      const view = new DataView(memory.buffer);
      stackPointer.value = entry.stack;
      const begin = exported('__wasm_thread_entry');
      const [routine, argument] = [view.getInt32(entry.stack, true), view.getInt32(entry.stack + 4, true)];
      fork.run(() => begin(routine, argument, entry.threadPointer));
      break;
    }
    case 'fork': {
      const begin = exported(isThread ? '__wasm_thread_entry' : '_start_c');
      fork.resume(entry, () => begin(0, 0, 0));
      break;
    }
  }
  throw new Abort('the program came back from where it began');
}

/** The address of argc, argv, envp and auxv. @throws Abort */
function putArguments(
  start: ProcessStart,
  memory: WebAssembly.Memory,
  calls: SystemCalls,
  stackPointer: WebAssembly.Global,
): number {
  const identity = { uid: calls.plain(number.SYS_geteuid), gid: calls.plain(number.SYS_getegid) };
  const stack = new InitialStack(start.arguments, start.environment, identity);
  let at: number;
  if (stack.size > LARGE_ARGUMENTS) {
    at = calls.plain(number.SYS_mmap2, 0, stack.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    if (at < 0) throw new Abort(`there is no room for the arguments: errno ${-at}`);
  } else {
    at = (stackPointer.value - stack.size) & ~15;
    stackPointer.value = at;
  }
  stack.write(memory.buffer, at);
  return at;
}
