/** /proc/<pid>/mounts: fstab(5)'s format. */
import type { Kernel } from '../kernel.js';

/** fs/proc_namespace.c, mangle(): what would end a field is written in octal. */
const SPECIAL = /[ \t\n\\#]/g;
const escaped = (path: Uint8Array): string =>
  new TextDecoder().decode(path).replace(SPECIAL, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);

export const mountTable = (kernel: Kernel): string =>
  kernel.vfs.mountTable
    .map(
      ({ path, fileSystem }) =>
        `${fileSystem.type} ${escaped(path)} ${fileSystem.type} ${fileSystem.readOnly ? 'ro' : 'rw'} 0 0\n`,
    )
    .join('');
