/**
 * Runs a program built for wasi_snapshot_preview1: wasi-libc's C, Rust, Go, Zig and the interpreters built with them. Every function
 * of preview1 is here; what a module imports beyond it is refused with ENOSYS when it is called.
 */
import { ENOSYS, Errno } from '../../abi/errno.js';
import type { SystemCalls } from '../../vdso/system-calls.js';
import { Abort, type Import, type Imports } from '../imports.js';
import { wasiErrno } from '../wasi-errno.js';
import { argumentImports } from './arguments.js';
import { clockImports } from './clocks.js';
import { descriptorImports } from './descriptors.js';
import { directoryImports } from './directories.js';
import { WasiGuest } from './guest.js';
import { pathImports } from './paths.js';
import { pollImports } from './poll.js';
import { exit, processImports } from './processes.js';
import { socketImports } from './sockets.js';

/** Returns only when the program could not be started: a program that ends takes its worker with it. */
export function runWasi(
  module: WebAssembly.Module,
  calls: SystemCalls,
  argv: readonly string[],
  environment: readonly string[],
): void {
  const guest = new WasiGuest(calls);
  guest.openRoot();
  const instance = new WebAssembly.Instance(
    module,
    link(module, {
      ...argumentImports(guest, argv, environment),
      ...clockImports(guest),
      ...descriptorImports(guest),
      ...directoryImports(guest),
      ...pathImports(guest),
      ...pollImports(guest),
      ...processImports(guest),
      ...socketImports(guest),
    }),
  );
  guest.attach(instance.exports);
  const { _start: start } = instance.exports;
  if (typeof start !== 'function') throw new Abort('the program exports no _start');
  start();
  exit(guest, 0);
}

function link(module: WebAssembly.Module, ours: Imports): WebAssembly.Imports {
  const linked: Record<string, WebAssembly.ImportValue> = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind !== 'function') throw new Abort(`import ${from}.${name} is a ${kind}`);
    linked[name] = answering(ours[name] ?? (() => wasiErrno(ENOSYS)));
  }
  return { wasi_snapshot_preview1: linked };
}

/** What an import throws as Errno is its result; anything else stops the program. */
function answering(target: Import): Import {
  return (...parameters) => {
    try {
      return target(...parameters);
    } catch (error) {
      if (error instanceof Errno) return wasiErrno(error.errno);
      throw error;
    }
  };
}
