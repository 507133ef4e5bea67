/** A kernel under Node: its platform, and programs from the host's files. */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { PortsideError } from '../../../protocol/errors.js';
import { furnish } from '../../boot/furnish.js';
import { programOf } from '../../boot/program-of.js';
import { Kernel, type KernelEvents, type Platform } from '../../kernel.js';
import type { Program } from '../../process/programs.js';
import { systemClock, timeoutAlarm } from '../clock.js';
import type { GuestWorkers } from '../guest-workers.js';
import { NodeGuestWorkers } from './guest-workers.js';

/** The bundle beside this one. */
const PROCESS_WORKER = new URL('./process-worker.js', import.meta.url);

export const nodePlatform = (workers: GuestWorkers): Platform => ({
  clock: systemClock,
  alarm: timeoutAlarm,
  workers,
  defer: setImmediate,
  processors: availableParallelism(),
});

export function createKernel(events: KernelEvents, processWorker = PROCESS_WORKER): Kernel {
  const workers = new NodeGuestWorkers(processWorker);
  // It starts while the program is read and compiled.
  workers.prepare(1);
  const kernel = new Kernel(nodePlatform(workers), events);
  furnish(kernel);
  return kernel;
}

/** @throws PortsideError program-unreadable, program-unknown, program-abi */
export async function loadProgram(path: string): Promise<Program> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(await readFile(path));
  } catch (error) {
    throw new PortsideError('program-unreadable', path, { cause: error });
  }
  let module: WebAssembly.Module;
  try {
    module = await WebAssembly.compile(bytes);
  } catch (error) {
    throw new PortsideError('program-unknown', `${path} is not WebAssembly that this Node can compile.`, {
      cause: error,
    });
  }
  return programOf(module, path);
}
