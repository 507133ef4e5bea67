/** Folders and files of the host in a guest's tree. */
import { PortsideError } from '../../../protocol/errors.js';
import { Errno } from '../../abi/errno.js';
import { S_IFDIR, S_IFREG } from '../../abi/stat.js';
import type { Kernel } from '../../kernel.js';
import { reasonOf } from './host-errors.js';
import { HostFolder } from './host-folder.js';

export interface GuestMount {
  /** A folder or a file of the host. */
  readonly host: string;
  /** Where the guest finds it: made if need be, and with all that is on the way to it. */
  readonly guest: string;
  readonly readonly: boolean;
}

/** In their order, so that one may lie within another. @throws PortsideError mount-failed */
export function mountFolders(kernel: Kernel, mounts: readonly GuestMount[]): void {
  for (const mount of mounts) {
    try {
      mountFolder(kernel, mount);
    } catch (error) {
      const { host, guest } = mount;
      throw new PortsideError('mount-failed', `${host} at ${guest}: ${reasonOf(error)}`, { cause: error });
    }
  }
}

/** @throws what node:fs gives; Errno */
function mountFolder(kernel: Kernel, { host, guest, readonly }: GuestMount): void {
  const { vfs } = kernel;
  const folder = new HostFolder(host, { device: vfs.nextDevice, readOnly: readonly });
  const isDirectory = vfs.type({ fileSystem: folder, node: folder.root }) === S_IFDIR;
  makeMountPoint(kernel, guest, isDirectory ? S_IFDIR | 0o755 : S_IFREG | 0o644);
  vfs.mount(new TextEncoder().encode(guest), folder);
}

/** What is there stays. @throws Errno */
function makeMountPoint(kernel: Kernel, path: string, mode: number): void {
  const start = { fileSystem: kernel.vfs.root, node: kernel.vfs.root.root };
  const parts = path.split('/').filter((part) => part !== '');
  for (let i = 1; i <= parts.length; i++) {
    const prefix = new TextEncoder().encode(`/${parts.slice(0, i).join('/')}`);
    const { fileSystem, directory, name, node } = kernel.vfs.resolve(start, prefix, true);
    if (node !== 0) continue;
    const made = fileSystem.create(directory, name, i === parts.length ? mode : S_IFDIR | 0o755, 0);
    if (made < 0) throw new Errno(-made);
  }
}
