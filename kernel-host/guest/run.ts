/** A process worker's work: puts the guest's end of everything together and runs the program. */
import { GuestChannel } from '../channel/guest-channel.js';
import { KernelMemory } from '../memory/kernel-memory.js';
import type { ProcessStart } from '../platform/guest-workers.js';
import { ProcessView } from '../vdso/process-view.js';
import { SystemCalls } from '../vdso/system-calls.js';
import { runEmscripten } from './emscripten/program.js';
import { Abort } from './imports.js';
import { runPosix } from './posix/program.js';
import { runWasi } from './wasi/program.js';

/**
 * Runs a program, or a thread of one. `left`: the kernel has dismissed it, and nothing of it is left. Otherwise the program lives on in
 * callbacks of its worker.
 * @throws what made the program stop by itself: a trap, an Abort, a LinkError.
 */
export function runProcess(start: ProcessStart): 'left' | 'stays' {
  const memory = new KernelMemory(start.memory);
  const channel = new GuestChannel(memory, start.channel, 0, start.channelDataSize, start.source);
  const calls = new SystemCalls(channel, new ProcessView(memory, start.process));
  try {
    run(start, calls);
    return 'stays';
  } catch (error) {
    if (channel.dismissed) return 'left';
    throw error;
  }
}

function run(start: ProcessStart, calls: SystemCalls): void {
  switch (start.abi) {
    case 'emscripten':
      runEmscripten(start.module, calls, start.arguments, start.environment);
      break;
    case 'wasi':
      runWasi(start.module, calls, start.arguments, start.environment);
      break;
    case 'posix':
      if (!start.guestMemory) throw new Abort('the kernel gave the program no memory');
      runPosix(start, start.guestMemory, calls);
      break;
  }
}
