/** A place as a link's target tells it. */
import { ENOENT, Errno } from '../abi/errno.js';
import type { Place } from '../fs/vfs.js';
import type { Kernel } from '../kernel.js';

const encoder = new TextEncoder();

/** The path from the root. What lost its last name is told as Linux tells files that never had one (d_tmpfile()). */
export function placeName(kernel: Kernel, place: Place): Uint8Array {
  try {
    return kernel.vfs.path(place);
  } catch (error) {
    if (!(error instanceof Errno) || error.errno !== ENOENT) throw error;
    return encoder.encode(`/#${kernel.vfs.attributes(place).ino} (deleted)`);
  }
}
