/** What open character devices have in common: the file that leads to them stays while they are open. */
import { EINVAL, ESPIPE } from '../abi/errno.js';
import type { Attributes } from '../abi/stat.js';
import { type FileOperations, unsupported } from '../file/file-operations.js';
import type { Place } from '../fs/vfs.js';
import type { UserMemory } from '../memory/user-memory.js';
import type { WaitQueue } from '../poll/wait-queue.js';
import { hold, letGo } from '../process/held-places.js';

export abstract class CharacterFile implements FileOperations {
  abstract readonly seekable: boolean;
  abstract readonly readable: WaitQueue | null;
  abstract readonly writable: WaitQueue | null;
  readonly truncate = unsupported.truncate;
  readonly entry = unsupported.entry;
  readonly place: Place;

  /** @throws Errno when its file is gone */
  constructor(place: Place) {
    this.place = place;
    hold(place);
  }

  abstract read(description: number, into: Uint8Array, position: number): number;
  abstract write(description: number, from: Uint8Array, position: number): number;
  abstract poll(description: number): number;
  abstract ioctl(description: number, request: number, argument: number, memory: UserMemory): number;

  arm(): void {}

  size(): number {
    return -ESPIPE;
  }

  sync(): number {
    return -EINVAL;
  }

  attributes(_description: number, out: Attributes): number {
    return this.place.fileSystem.attributes(this.place.node, out);
  }

  release(): void {
    letGo(this.place);
  }
}
