/** /proc/<pid>/fd: what each open descriptor refers to, and opening it once more. */
import { EACCES, ENOENT, ENXIO, Errno } from '../abi/errno.js';
import { O_ACCMODE, O_RDONLY, O_RDWR, O_WRONLY } from '../abi/fcntl.js';
import { type Attributes, emptyAttributes, S_IFCHR, S_IFIFO, S_IFMT, S_IFSOCK } from '../abi/stat.js';
import type { Place } from '../fs/vfs.js';
import type { Kernel } from '../kernel.js';
import { KIND_KERNEL } from '../memory/layout.js';
import type { Process } from '../process/process.js';
import { placeName } from './place-name.js';

const encoder = new TextEncoder();
/** Permission bits of the links say how the descriptor was opened, and x that it can be followed. */
const LINK_MODES: Readonly<Record<number, number>> = { [O_RDONLY]: 0o500, [O_WRONLY]: 0o300, [O_RDWR]: 0o700 };

/**
 * The description at a descriptor of any process, or 0. A process's own worker may be opening or closing just now:
 * a description without a reference is not there yet, or not any more.
 */
export function openDescription(kernel: Kernel, process: Process, fd: number): number {
  if (process.status !== null) return 0;
  const description = process.descriptors.get(fd);
  return description > 0 && kernel.descriptions.references(description) > 0 ? description : 0;
}

/** The smallest open descriptor from `from` on, or -1. */
export function nextDescriptor(kernel: Kernel, process: Process, from: number): number {
  if (process.status !== null) return -1;
  for (let fd = from; fd < process.descriptors.size; fd++) if (openDescription(kernel, process, fd) !== 0) return fd;
  return -1;
}

export const linkMode = (kernel: Kernel, description: number): number =>
  LINK_MODES[kernel.descriptions.flags(description) & O_ACCMODE] ?? 0o700;

/** Where it lies in the tree; null for pipes, sockets and streams of the host. */
export const placeOf = (kernel: Kernel, description: number): Place | null =>
  kernel.descriptions.place(description, kernel.vfs.root);

export function describedAttributes(kernel: Kernel, description: number, out: Attributes): number {
  Object.assign(out, emptyAttributes());
  return kernel.descriptions.operations(description).attributes(description, out);
}

/** What readlink() says. @throws Errno */
export function descriptorTarget(kernel: Kernel, description: number): Uint8Array {
  const place = placeOf(kernel, description);
  if (place) return placeName(kernel, place);
  const attributes = emptyAttributes();
  const result = describedAttributes(kernel, description, attributes);
  if (result < 0) throw new Errno(-result);
  // A stream of the host has no inode: its description is the only one of its kind.
  const ino = attributes.ino || description;
  switch (attributes.mode & S_IFMT) {
    case S_IFIFO:
      return encoder.encode(`pipe:[${ino}]`);
    case S_IFSOCK:
      return encoder.encode(`socket:[${ino}]`);
    case S_IFCHR:
      return encoder.encode('/dev/tty');
    default:
      return encoder.encode(`anon_inode:[${kernel.descriptions.operations(description).kindName ?? ino}]`);
  }
}

/**
 * Opens once more what has no place in the tree; a description with a reference for the caller, or -errno. What the host
 * holds gets a description of its own. Of a pipe the old one is shared, for a ring has one reader and one writer: so
 * the flags are shared too, and an end cannot be opened in the other direction, as Linux could. Sockets give ENXIO, as
 * on Linux.
 */
export function reopen(kernel: Kernel, process: Process, description: number, flags: number): number {
  const { descriptions } = kernel;
  const attributes = emptyAttributes();
  const result = describedAttributes(kernel, description, attributes);
  if (result < 0) return result;
  if ((attributes.mode & S_IFMT) === S_IFSOCK) return -ENXIO;
  const had = descriptions.flags(description) & O_ACCMODE;
  if (had !== O_RDWR && had !== (flags & O_ACCMODE)) return -EACCES;
  const again = descriptions.operations(description).share?.();
  if (again) return descriptions.create(KIND_KERNEL, flags, 0, again);
  // The worker of a process that has the pipe for itself may be at its ring just now, and does not stop for others.
  if (process !== kernel.current?.process && !descriptions.isShared(description)) return -EACCES;
  descriptions.retain(description);
  return description;
}

/** @throws Errno ENOENT */
export function requireDescription(kernel: Kernel, process: Process, fd: number): number {
  const description = openDescription(kernel, process, fd);
  if (description === 0) throw new Errno(ENOENT);
  return description;
}
