/** What a process keeps open without a descriptor. */
import { Errno } from '../abi/errno.js';
import { O_PATH } from '../abi/fcntl.js';
import type { Place } from '../fs/vfs.js';

/** A working directory and a running program stay when they lose their names. @throws Errno */
export function hold(place: Place): void {
  const held = place.fileSystem.open(place.node, O_PATH);
  if (held < 0) throw new Errno(-held);
}

export const letGo = (place: Place): void => place.fileSystem.close(place.node);
