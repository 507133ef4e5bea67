/** A kernel in a browser: its platform, and programs from the network. */
import { PortsideError } from '../../../protocol/errors.js';
import { furnish } from '../../boot/furnish.js';
import { programOf } from '../../boot/program-of.js';
import { Kernel, type KernelEvents, type Platform } from '../../kernel.js';
import type { Program } from '../../process/programs.js';
import { systemClock, timeoutAlarm } from '../clock.js';
import type { GuestWorkers } from '../guest-workers.js';
import { createDefer } from './defer.js';
import { BrowserGuestWorkers } from './guest-workers.js';

export const browserPlatform = (workers: GuestWorkers): Platform => ({
  clock: systemClock,
  alarm: timeoutAlarm,
  workers,
  defer: createDefer(),
  processors: navigator.hardwareConcurrency,
});

/**
 * An empty machine, in a page or, where the page has else to do, in a worker of its own.
 * @param processWorker where the script of `portside/kernel-host/process-worker` is served, from the page's own origin.
 * @throws PortsideError isolation-refused: there is no shared memory
 */
export function createBrowserKernel(events: KernelEvents, processWorker: URL | string): Kernel {
  if (typeof SharedArrayBuffer === 'undefined') throw new PortsideError('isolation-refused');
  const workers = new BrowserGuestWorkers(new URL(processWorker, location.href));
  // It starts while programs are downloaded and compiled.
  workers.prepare(1);
  const kernel = new Kernel(browserPlatform(workers), events);
  furnish(kernel);
  return kernel;
}

/** Rejects with PortsideError program-unreadable, program-unknown, program-abi. */
export async function fetchProgram(url: URL | string): Promise<Program> {
  const name = String(url);
  const response = await fetch(url).catch((cause: unknown) => {
    throw new PortsideError('program-unreadable', name, { cause });
  });
  if (!response.ok) throw new PortsideError('program-unreadable', `${name}: the host answers ${response.status}`);
  let module: WebAssembly.Module;
  try {
    // What is compiled as it comes has to have its type (WebAssembly Web API, 4).
    const streams = response.headers.get('Content-Type') === 'application/wasm';
    module = streams
      ? await WebAssembly.compileStreaming(response)
      : await WebAssembly.compile(await response.arrayBuffer());
  } catch (cause) {
    throw new PortsideError('program-unknown', `${name} is not WebAssembly that this browser can compile.`, { cause });
  }
  return programOf(module, name);
}
