/** An instance of inotify(7): the events of its watches, in the order in which things happened. */
import { EAGAIN, EBADF, EINVAL, ENOTTY } from '../abi/errno.js';
import { IN_Q_OVERFLOW, INOTIFY_EVENT_SIZE } from '../abi/inotify.js';
import { FIONREAD } from '../abi/ioctl.js';
import { POLLIN, POLLRDNORM } from '../abi/poll.js';
import type { Attributes } from '../abi/stat.js';
import { type FileOperations, unsupported } from '../file/file-operations.js';
import type { UserMemory } from '../memory/user-memory.js';
import { WaitQueue } from '../poll/wait-queue.js';

/** fs.inotify.max_queued_events of Linux. */
const MOST_QUEUED = 16384;

interface Queued {
  readonly watch: number;
  readonly mask: number;
  readonly cookie: number;
  readonly name: Uint8Array;
}

const NO_NAME = new Uint8Array(0);

/** Names end in as many NULs as the next event is aligned by. */
const sizeOf = ({ name }: Queued): number =>
  INOTIFY_EVENT_SIZE + (name.length === 0 ? 0 : Math.ceil((name.length + 1) / INOTIFY_EVENT_SIZE) * INOTIFY_EVENT_SIZE);

const isSame = (a: Queued, b: Queued): boolean =>
  a.watch === b.watch &&
  a.mask === b.mask &&
  a.cookie === b.cookie &&
  a.name.length === b.name.length &&
  a.name.every((byte, i) => byte === b.name[i]);

export class InotifyFile implements FileOperations {
  readonly seekable = false;
  readonly kindName = 'inotify';
  readonly size = unsupported.size;
  readonly truncate = unsupported.truncate;
  readonly sync = unsupported.sync;
  readonly entry = unsupported.entry;
  readonly readable = new WaitQueue();
  readonly writable = null;
  readonly #queue: Queued[] = [];
  readonly #closed: (file: InotifyFile) => void;

  constructor(closed: (file: InotifyFile) => void) {
    this.#closed = closed;
  }

  push(watch: number, mask: number, cookie = 0, name: Uint8Array = NO_NAME): void {
    const event = { watch, mask, cookie, name };
    const last = this.#queue.at(-1);
    // inotify(7): what is the same as the event before is one with it.
    if (last && isSame(last, event)) return;
    if (this.#queue.length >= MOST_QUEUED) {
      if (last?.mask !== IN_Q_OVERFLOW) this.#queue.push({ watch: -1, mask: IN_Q_OVERFLOW, cookie: 0, name: NO_NAME });
    } else this.#queue.push(event);
    this.readable.wake();
  }

  read(_description: number, into: Uint8Array): number {
    if (this.#queue.length === 0) return -EAGAIN;
    const view = new DataView(into.buffer, into.byteOffset, into.length);
    let at = 0;
    for (let first = this.#queue[0]; first && at + sizeOf(first) <= into.length; first = this.#queue[0]) {
      const size = sizeOf(first);
      into.fill(0, at, at + size);
      view.setInt32(at, first.watch, true);
      view.setUint32(at + 4, first.mask, true);
      view.setUint32(at + 8, first.cookie, true);
      view.setUint32(at + 12, size - INOTIFY_EVENT_SIZE, true);
      into.set(first.name, at + INOTIFY_EVENT_SIZE);
      at += size;
      this.#queue.shift();
    }
    return at > 0 ? at : -EINVAL;
  }

  write(): number {
    return -EBADF;
  }

  poll(): number {
    return this.#queue.length > 0 ? POLLIN | POLLRDNORM : 0;
  }

  arm(): void {}

  attributes(_description: number, out: Attributes): number {
    // An anonymous inode (anon_inode_getfd() of Linux).
    out.mode = 0o600;
    out.nlink = 1;
    return 0;
  }

  ioctl(_description: number, request: number, argument: number, memory: UserMemory): number {
    if (request !== FIONREAD) return -ENOTTY;
    memory.setInt32(
      argument,
      this.#queue.reduce((sum, event) => sum + sizeOf(event), 0),
    );
    return 0;
  }

  release(): void {
    this.#closed(this);
  }
}
