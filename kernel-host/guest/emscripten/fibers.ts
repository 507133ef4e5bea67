/**
 * PHP's fibers switch stacks by makecontext and swapcontext, which a WebAssembly stack does not allow, and PHP ignores their results: a
 * fiber would be silently skipped. So making one throws an Error inside the guest, where the script that asked for it sees it.
 */
import type { Imports } from '../imports.js';
import type { Guest } from './guest.js';

const MESSAGE = 'Fibers are not available in this build of PHP';

export function fiberImports(guest: Guest): Imports {
  return {
    getcontext: () => 0,
    makecontext: () => {
      const at = guest.allocate(MESSAGE.length + 1);
      guest.memory.putText(at, MESSAGE, MESSAGE.length + 1);
      // zend_throw_error(class entry or NULL for Error, format, arguments)
      guest.call('zend_throw_error', 0, at, 0);
      guest.call('free', at);
      return undefined;
    },
    /** Back to where it was called from: with the error pending, PHP goes no further. */
    swapcontext: () => 0,
  };
}
