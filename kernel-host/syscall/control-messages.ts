/** struct msghdr and the control messages that it points to (POSIX sendmsg(), recvmsg(); cmsg(3), unix(7)). */
import { EINVAL, EMSGSIZE, EPERM, Errno } from '../abi/errno.js';
import { MSG_CTRUNC, SCM_CREDENTIALS, SCM_MAX_FD, SCM_RIGHTS, SOL_SOCKET } from '../abi/socket.js';
import type { Kernel } from '../kernel.js';
import type { UserMemory } from '../memory/user-memory.js';
import type { UnixCredentials } from '../net/datagram-socket.js';
import type { Task } from '../process/task.js';
import { describe } from './call.js';
import { IOV_MAX, vectors } from './vectors.js';

const HEADER_SIZE = 28;
/** Length, level and type; what follows is aligned to a size_t. */
const CONTROL_HEADER = 12;
const align = (length: number): number => (length + 3) & ~3;
/** net.core.optmem_max of Linux. */
const MOST_CONTROL = 131_072;

export interface MessageHeader {
  readonly at: number;
  readonly name: number;
  readonly nameLength: number;
  readonly parts: readonly Uint8Array[];
  readonly control: number;
  readonly controlLength: number;
}

/** @throws Errno EFAULT, EINVAL, EMSGSIZE */
export function readHeader(memory: UserMemory, at: number): MessageHeader {
  memory.bytes(at, HEADER_SIZE);
  const count = memory.getUint32(at + 12);
  if (count > IOV_MAX) throw new Errno(EMSGSIZE);
  return {
    at,
    name: memory.getInt32(at),
    nameLength: memory.getInt32(at + 4),
    parts: vectors(memory, memory.getInt32(at + 8), count),
    control: memory.getInt32(at + 16),
    controlLength: memory.getUint32(at + 20),
  };
}

export const NAME_LENGTH_OFFSET = 4;

/** How a received message ended. */
export function writeFlags(memory: UserMemory, at: number, controlLength: number, flags: number): void {
  memory.setInt32(at + 20, controlLength);
  memory.setInt32(at + 24, flags);
}

/** What is sent beside the bytes. */
export interface Control {
  /** Descriptors of the sender. */
  readonly descriptors: readonly number[];
  readonly credentials: UnixCredentials | null;
}

export const NO_CONTROL: Control = { descriptors: [], credentials: null };

/** Who a task's process is to others. */
export const ownCredentials = ({ process: { pid, credentials } }: Task): UnixCredentials => ({
  pid,
  uid: credentials.user.real,
  gid: credentials.group.real,
});

/** @throws Errno EFAULT, EINVAL, EPERM, EBADF */
export function readControl(task: Task, header: MessageHeader): Control {
  const { memory } = task;
  const { control, controlLength } = header;
  if (controlLength > MOST_CONTROL) throw new Errno(EINVAL);
  const descriptors: number[] = [];
  let credentials: UnixCredentials | null = null;
  for (let at = 0; at + CONTROL_HEADER <= controlLength; ) {
    const length = memory.getUint32(control + at);
    if (length < CONTROL_HEADER || length > controlLength - at) throw new Errno(EINVAL);
    const data = control + at + CONTROL_HEADER;
    const size = length - CONTROL_HEADER;
    if (memory.getInt32(control + at + 4) === SOL_SOCKET) {
      const type = memory.getInt32(control + at + 8);
      if (type === SCM_RIGHTS) {
        for (let i = 0; i + 4 <= size; i += 4) descriptors.push(memory.getInt32(data + i));
        if (descriptors.length > SCM_MAX_FD) throw new Errno(EINVAL);
      } else if (type === SCM_CREDENTIALS && size === 12) credentials = readCredentials(task, data);
      else throw new Errno(EINVAL);
    }
    at += align(length);
  }
  for (const fd of descriptors) describe(task, fd);
  return { descriptors, credentials };
}

/** @throws Errno EPERM for another than the sender is, or could become */
function readCredentials(task: Task, at: number): UnixCredentials {
  const { memory, process } = task;
  const { user, group, privileged } = process.credentials;
  const claimed = { pid: memory.getInt32(at), uid: memory.getInt32(at + 4), gid: memory.getInt32(at + 8) };
  const own =
    claimed.pid === process.pid &&
    [user.real, user.effective, user.saved].includes(claimed.uid) &&
    [group.real, group.effective, group.saved].includes(claimed.gid);
  if (!own && !privileged) throw new Errno(EPERM);
  return claimed;
}

/**
 * Writes what came beside the bytes, as far as there is room: how long it is, and MSG_CTRUNC where there was more.
 * @param passed descriptions whose references are the caller's: they become descriptors, or are let go of.
 */
export function writeControl(
  kernel: Kernel,
  task: Task,
  header: MessageHeader,
  credentials: UnixCredentials | null,
  passed: readonly number[],
  closesOnExec: boolean,
): { readonly length: number; readonly flags: number } {
  const { memory, process } = task;
  const room = header.control === 0 ? 0 : header.controlLength;
  let length = 0;
  let flags = 0;
  const begin = (type: number, size: number): number => {
    const at = header.control + length;
    memory.setInt32(at, CONTROL_HEADER + size);
    memory.setInt32(at + 4, SOL_SOCKET);
    memory.setInt32(at + 8, type);
    length = Math.min(length + align(CONTROL_HEADER + size), room);
    return at + CONTROL_HEADER;
  };
  if (credentials) {
    if (room - length < CONTROL_HEADER + 12) flags |= MSG_CTRUNC;
    else {
      const at = begin(SCM_CREDENTIALS, 12);
      memory.setInt32(at, credentials.pid);
      memory.setInt32(at + 4, credentials.uid);
      memory.setInt32(at + 8, credentials.gid);
    }
  }
  if (passed.length === 0) return { length, flags };
  const most = Math.max(0, Math.floor((room - length - CONTROL_HEADER) / 4));
  const descriptors: number[] = [];
  for (const description of passed) {
    const fd = descriptors.length < most ? process.descriptors.allocate(description, closesOnExec) : -1;
    if (fd >= 0) descriptors.push(fd);
    else {
      kernel.descriptions.release(description);
      flags |= MSG_CTRUNC;
    }
  }
  if (descriptors.length > 0) {
    const at = begin(SCM_RIGHTS, descriptors.length * 4);
    for (const [i, fd] of descriptors.entries()) memory.setInt32(at + i * 4, fd);
  }
  return { length, flags };
}
