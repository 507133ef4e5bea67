/** /proc/<pid>/mounts: fstab(5)'s format. */
import { MS_NODEV, MS_NOEXEC, MS_NOSUID } from '../abi/mount.js';
import type { FileSystem } from '../fs/file-system.js';
import type { Kernel } from '../kernel.js';

/** fs/proc_namespace.c, mangle(): what would end a field is written in octal. */
const SPECIAL = /[ \t\n\\#]/g;
const escaped = (path: Uint8Array): string =>
  new TextDecoder().decode(path).replace(SPECIAL, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);

const NAMES: readonly (readonly [flag: number, name: string])[] = [
  [MS_NOSUID, 'nosuid'],
  [MS_NODEV, 'nodev'],
  [MS_NOEXEC, 'noexec'],
];

function options({ readOnly, restrictions = 0 }: FileSystem): string {
  const forbidden = NAMES.filter(([flag]) => (restrictions & flag) !== 0).map(([, name]) => name);
  return [readOnly ? 'ro' : 'rw', ...forbidden].join(',');
}

export const mountTable = (kernel: Kernel): string =>
  kernel.vfs.mountTable
    .map(
      ({ path, fileSystem }) => `${fileSystem.type} ${escaped(path)} ${fileSystem.type} ${options(fileSystem)} 0 0\n`,
    )
    .join('');
