/** Where PHP comes from. */
import type { PhpGuest } from './guest.js';
import { NATIVE_PHP, type PhpChoice } from './releases.js';

/** @param step is told what takes its time, in words such as "downloading PHP 8.4". */
export type ObtainPhp = (php: PhpChoice, step: (text: string) => void) => Promise<PhpGuest>;

/**
 * Downloaded, or built, unless it is in the cache.
 * @param guest folder of what programs are built with.
 */
export const obtainPhp =
  (guest: string): ObtainPhp =>
  async (php, step) => {
    if (php === NATIVE_PHP) {
      const { nativePhp } = await import('./native.js');
      return nativePhp(guest, step);
    }
    const { phpGuest } = await import('./guest.js');
    return phpGuest(php, (name) => step(`downloading PHP ${php} (${name})`));
  };
