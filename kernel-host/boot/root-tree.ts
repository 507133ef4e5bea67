/** What every machine's file system holds before anything is put into it (FHS 3.0, as far as guests look). */
import { Errno } from '../abi/errno.js';
import { S_IFCHR, S_IFDIR, S_IFREG } from '../abi/stat.js';
import {
  DEVICE_DSP,
  DEVICE_FRAMEBUFFER,
  DEVICE_FULL,
  DEVICE_MICE,
  DEVICE_NULL,
  DEVICE_PTMX,
  DEVICE_RANDOM,
  DEVICE_TTY,
  DEVICE_URANDOM,
  DEVICE_ZERO,
} from '../device/devices.js';
import type { Kernel } from '../kernel.js';

const encoder = new TextEncoder();

const DIRECTORIES: readonly (readonly [path: string, mode: number])[] = [
  ['/bin', 0o755],
  ['/dev', 0o755],
  ['/dev/input', 0o755],
  ['/dev/pts', 0o755],
  ['/dev/shm', 0o1777],
  ['/etc', 0o755],
  ['/home', 0o755],
  ['/proc', 0o555],
  ['/root', 0o700],
  ['/run', 0o755],
  ['/tmp', 0o1777],
  ['/usr/bin', 0o755],
  ['/usr/local/bin', 0o755],
  ['/var/tmp', 0o1777],
];

const DEVICES: readonly (readonly [path: string, rdev: number])[] = [
  ['null', DEVICE_NULL],
  ['zero', DEVICE_ZERO],
  ['full', DEVICE_FULL],
  ['random', DEVICE_RANDOM],
  ['urandom', DEVICE_URANDOM],
  ['tty', DEVICE_TTY],
  ['ptmx', DEVICE_PTMX],
  ['fb0', DEVICE_FRAMEBUFFER],
  ['dsp', DEVICE_DSP],
  ['input/mice', DEVICE_MICE],
];

const LINKS: readonly (readonly [path: string, target: string])[] = [
  ['/dev/fd', '/proc/self/fd'],
  ['/dev/stdin', '/proc/self/fd/0'],
  ['/dev/stdout', '/proc/self/fd/1'],
  ['/dev/stderr', '/proc/self/fd/2'],
  ['/etc/mtab', '/proc/mounts'],
];

const FILES: readonly (readonly [path: string, text: string])[] = [
  ['/etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n'],
  ['/etc/group', 'root:x:0:\nnogroup:x:65534:\n'],
  ['/etc/hostname', 'portside\n'],
];

/**
 * @param names by which this machine is known besides its own.
 * @throws Errno ENOSPC when memory is exhausted.
 */
export function plantRootTree(kernel: Kernel, names: readonly string[] = []): void {
  for (const [path, mode] of DIRECTORIES) makeDirectory(kernel, path, mode);
  const { root } = kernel.vfs;
  for (const [path, rdev] of DEVICES) {
    const { directory, name } = split(kernel, `/dev/${path}`);
    check(root.create(directory, name, S_IFCHR | 0o666, rdev));
  }
  for (const [path, target] of LINKS) makeLink(kernel, path, target);
  for (const [path, text] of FILES) writeFile(kernel, path, encoder.encode(text), 0o644);
  const known = new Set(['localhost', 'portside', ...names]);
  writeFile(
    kernel,
    '/etc/hosts',
    encoder.encode(`127.0.0.1\t${[...known].join(' ')}\n::1\tip6-localhost ip6-loopback\n`),
    0o644,
  );
}

/** Makes a directory of the root file system with those above it; what is there stays. Returns its inode. @throws Errno */
export function makeDirectory(kernel: Kernel, path: string, mode: number): number {
  const { root } = kernel.vfs;
  let directory = root.root;
  const parts = path.split('/').filter((part) => part !== '');
  for (const [i, part] of parts.entries()) {
    const name = encoder.encode(part);
    const found = root.lookup(directory, name);
    directory =
      found > 0 ? found : check(root.create(directory, name, S_IFDIR | (i === parts.length - 1 ? mode : 0o755), 0));
  }
  return directory;
}

/** Makes or replaces a file of the root file system. @throws Errno */
export function writeFile(kernel: Kernel, path: string, content: Uint8Array, mode: number): void {
  const { root } = kernel.vfs;
  const { directory, name } = split(kernel, path);
  const found = root.lookup(directory, name);
  const file = found > 0 ? found : check(root.create(directory, name, S_IFREG | mode, 0));
  check(root.truncate(file, 0));
  check(root.write(file, 0, content));
}

/** Makes a symbolic link of the root file system. @throws Errno EEXIST where there is something. */
export function makeLink(kernel: Kernel, path: string, target: string): void {
  const { directory, name } = split(kernel, path);
  check(kernel.vfs.root.symlink(directory, name, encoder.encode(target)));
}

function split(kernel: Kernel, path: string): { directory: number; name: Uint8Array } {
  const slash = path.lastIndexOf('/');
  return { directory: makeDirectory(kernel, path.slice(0, slash), 0o755), name: encoder.encode(path.slice(slash + 1)) };
}

function check(result: number): number {
  if (result < 0) throw new Errno(-result);
  return result;
}
