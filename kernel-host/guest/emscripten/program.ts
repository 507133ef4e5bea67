/**
 * Runs a program that Emscripten built for the web: PHP's command line, unmodified, without its JavaScript. Every import is ours
 * and synchronous; those that nobody has written are refused with ENOSYS and counted by name.
 */
import { ENOSYS } from '../../abi/errno.js';
import * as number from '../../abi/syscall.js';
import { fillRandom } from '../../device/devices.js';
import type { SystemCalls } from '../../vdso/system-calls.js';
import { Abort, type Import, type Imports } from '../imports.js';
import { guestErrno } from './errno.js';
import { fiberImports } from './fibers.js';
import { lockStreams } from './file-locks.js';
import { fileImports } from './files.js';
import { Guest } from './guest.js';
import { heapImports } from './heap.js';
import { nameImports } from './names.js';
import { processImports } from './processes.js';
import { socketImports } from './sockets.js';
import { IntervalTimers, timeImports } from './time.js';

/** Returns only when the program could not be started: a program that ends takes its worker with it. */
export function runEmscripten(
  module: WebAssembly.Module,
  calls: SystemCalls,
  argv: readonly string[],
  environment: readonly string[],
): void {
  const guest = new Guest(calls, environment);
  const timers = new IntervalTimers(guest);
  const ours: Imports = {
    ...fileImports(guest),
    ...socketImports(guest),
    ...processImports(guest),
    ...nameImports(guest),
    ...heapImports(guest),
    ...timeImports(guest),
    ...environmentImports(guest),
    _setitimer_js: (which: number, milliseconds: number) => timers.set(which, milliseconds),
    random_get: (buffer: number, length: number) => {
      fillRandom(guest.memory.u8, buffer, length);
      return 0;
    },
    ...fiberImports(guest),
    ...absent,
  };
  const instance = new WebAssembly.Instance(module, link(module, ours, timers));
  guest.attach(instance.exports);
  lockStreams(guest, instance.exports);
  guest.call('__wasm_call_ctors');
  const encoder = new TextEncoder();
  for (const argument of argv) {
    const bytes = encoder.encode(argument).length + 1;
    const at = guest.allocate(bytes);
    guest.memory.putText(at, argument, bytes);
    guest.call('wasm_add_cli_arg', at);
  }
  const status = guest.call('run_cli');
  calls.plain(number.SYS_exit_group, status);
  throw new Abort('the kernel let an ended process go on');
}

function environmentImports(guest: Guest): Imports {
  const encoder = new TextEncoder();
  const entries = guest.environment.map((entry) => encoder.encode(entry));
  const size = entries.reduce((sum, entry) => sum + entry.length + 1, 0);
  return {
    environ_sizes_get: (count: number, bytes: number) => {
      guest.memory.view.setUint32(count, entries.length, true);
      guest.memory.view.setUint32(bytes, size, true);
      return 0;
    },
    environ_get: (pointers: number, buffer: number) => {
      let at = buffer;
      for (const [i, entry] of entries.entries()) {
        guest.memory.view.setUint32(pointers + i * 4, at, true);
        guest.memory.u8.set(entry, at);
        guest.memory.u8[at + entry.length] = 0;
        at += entry.length + 1;
      }
      return 0;
    },
  };
}

/**
 * What this host does not have, told in each call's own way. Shared libraries (dlopen gives NULL), parsing times by format (strptime gives NULL), messages to a page's own code (-1).
 */
const absent: Imports = {
  _dlopen_js: () => 0,
  _dlsym_js: () => 0,
  strptime: () => 0,
  __asyncjs__js_module_onMessage: () => -1,
  // Nothing to do, rather than nothing done: a trace that nobody reads, a keep-alive of an event loop that is not there.
  js_wasm_trace: () => undefined,
  _emscripten_runtime_keepalive_clear: () => undefined,
};

/** Every import by its name; expired timers are delivered behind each call. */
function link(module: WebAssembly.Module, ours: Imports, timers: IntervalTimers): WebAssembly.Imports {
  const linked: Record<string, Record<string, WebAssembly.ImportValue>> = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind !== 'function') throw new Abort(`import ${from}.${name} is a ${kind}`);
    const target: Import = ours[name] ?? (() => -guestErrno(ENOSYS));
    linked[from] ??= {};
    linked[from][name] = from === 'env' && name.startsWith('__syscall_') ? interruptible(target, timers) : target;
  }
  return linked;
}

/** Six parameters by name, for rest parameters would allocate with every call; no interruptible import has more. */
function interruptible(target: Import, timers: IntervalTimers): Import {
  return (a, b, c, d, e, f) => {
    const result = target(a, b, c, d, e, f);
    if (timers.nearest !== Number.POSITIVE_INFINITY && performance.now() >= timers.nearest) timers.deliver();
    return result;
  };
}
