/** Who answers for which character device (Linux: chrdev_open()), beside the memory devices, which need nobody. */
import { ENXIO } from '../abi/errno.js';
import type { Place } from '../fs/vfs.js';

/** Opens a device by the file that leads to it: a new description, or -errno. */
export type OpenDevice = (place: Place, flags: number) => number;

export class CharacterDevices {
  readonly #drivers = new Map<number, OpenDevice>();

  /** @param rdev device number (st_rdev). */
  register(rdev: number, open: OpenDevice): void {
    this.#drivers.set(rdev, open);
  }

  /** POSIX open(): ENXIO where the device that a special file is for does not exist. */
  open(place: Place, rdev: number, flags: number): number {
    return this.#drivers.get(rdev)?.(place, flags) ?? -ENXIO;
  }
}
