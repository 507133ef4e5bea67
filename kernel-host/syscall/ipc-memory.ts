/** shmget(2), shmat(2), shmdt(2), shmctl(2). */
import { EINVAL, EPERM, Errno } from '../abi/errno.js';
import * as abi from '../abi/ipc.js';
import { MAP_FIXED, MAP_FIXED_NOREPLACE, PAGE_SIZE, PROT_EXEC, PROT_READ, PROT_WRITE } from '../abi/memory.js';
import { MOST_SEGMENTS } from '../ipc/ipc.js';
import { Permissions, READ, WRITE } from '../ipc/permissions.js';
import { Attachment, Segment } from '../ipc/segment.js';
import type { Kernel } from '../kernel.js';
import { pageUp } from '../memory/mapping.js';
import type { Task } from '../process/task.js';
import type { Handler } from './call.js';
import { type Control, control } from './ipc-control.js';
import { command, putPermissions, putTime, putWords, seconds } from './ipc-structs.js';
import { addressSpace } from './memory-ranges.js';

/** Linux: SHMMAX, ULONG_MAX - 2^24, and as many pages. */
const LARGEST_SEGMENT = 2 ** 32 - 1 - 2 ** 24;

const shmget: Handler = (kernel, { process }, key, size, flags) => {
  const bytes = size >>> 0;
  const { segments } = kernel.ipc;
  const deserted = (segment: Segment): void => {
    if (segment.removed) segments.remove(segment);
  };
  return segments.get(
    key,
    flags,
    process,
    () => {
      if (bytes === 0 || bytes > LARGEST_SEGMENT) throw new Errno(EINVAL);
      return new Segment(new Permissions(key, process, flags), bytes, process.pid, () => seconds(kernel), deserted);
    },
    (segment) => {
      if (bytes > segment.size) throw new Errno(EINVAL);
    },
  );
};

const shmat: Handler = (kernel, task, id, hint, flags) => {
  const space = addressSpace(task);
  const segment = kernel.ipc.segments.at(id);
  let address = hint >>> 0;
  let placement = 0;
  if (address !== 0) {
    // SHMLBA is the size of a page.
    if ((flags & abi.SHM_RND) !== 0) address -= address % PAGE_SIZE;
    if (address % PAGE_SIZE !== 0) return -EINVAL;
    placement = (flags & abi.SHM_REMAP) !== 0 ? MAP_FIXED : MAP_FIXED_NOREPLACE;
  } else if ((flags & abi.SHM_REMAP) !== 0) return -EINVAL;
  const readOnly = (flags & abi.SHM_RDONLY) !== 0;
  segment.permissions.check(task.process, readOnly ? READ : READ | WRITE);
  const protection = PROT_READ | (readOnly ? 0 : PROT_WRITE) | ((flags & abi.SHM_EXEC) !== 0 ? PROT_EXEC : 0);
  let at: number;
  try {
    at = space.map(address, segment.size, placement, protection);
  } catch (error) {
    // shmat(2) has no EEXIST.
    if (error instanceof Errno && address !== 0) return -EINVAL;
    throw error;
  }
  space.back(at, segment.size, new Attachment(segment, readOnly), 0);
  segment.lastUser = task.process.pid;
  return at;
};

/** The address is that which shmat() gave; what was mapped over it since stays. */
const shmdt: Handler = (_kernel, task, address) => {
  const space = addressSpace(task);
  const mapping = space.mappingAt(address >>> 0);
  const attachment = mapping?.backing;
  if (!(attachment instanceof Attachment) || mapping?.start !== address >>> 0 || mapping.offset !== 0) return -EINVAL;
  space.detach(attachment);
  attachment.segment.lastUser = task.process.pid;
  return 0;
};

function putSegment(kernel: Kernel, task: Task, address: number, id: number, segment: Segment): void {
  const { view, at } = task.memory.struct(address, abi.SHMID_DS.SIZE);
  const flags = (segment.removed ? abi.SHM_DEST : 0) | (segment.locked ? abi.SHM_LOCKED : 0);
  putPermissions(view, at, segment.permissions, kernel.ipc.segments.sequenceOf(id), flags);
  view.setUint32(at + abi.SHMID_DS.SEGSZ, segment.size, true);
  putTime(view, at + abi.SHMID_DS.ATIME, segment.attachedAt);
  putTime(view, at + abi.SHMID_DS.DTIME, segment.detachedAt);
  putTime(view, at + abi.SHMID_DS.CTIME, segment.changedAt);
  view.setUint32(at + abi.SHMID_DS.CPID, segment.creator, true);
  view.setUint32(at + abi.SHMID_DS.LPID, segment.lastUser, true);
  view.setUint32(at + abi.SHMID_DS.NATTCH, segment.attached, true);
}

const shmctl: Handler = (kernel, task, id, request, address) => {
  const { segments } = kernel.ipc;
  const asked = command(request);
  switch (asked) {
    case abi.IPC_INFO:
      putWords(task.memory, address, abi.SHMINFO_SIZE, [
        LARGEST_SEGMENT,
        1,
        MOST_SEGMENTS,
        MOST_SEGMENTS,
        Math.floor(LARGEST_SEGMENT / PAGE_SIZE),
      ]);
      return segments.highest;
    case abi.SHM_INFO: {
      const pages = segments.all.reduce((sum, { size }) => sum + pageUp(size) / PAGE_SIZE, 0);
      putWords(task.memory, address, abi.SHM_INFO_SIZE, [segments.all.length, pages, pages]);
      return segments.highest;
    }
    case abi.SHM_LOCK:
    case abi.SHM_UNLOCK: {
      const segment = segments.at(id);
      if (task.process.euid !== 0 && task.process.euid !== segment.permissions.uid) return -EPERM;
      segment.locked = asked === abi.SHM_LOCK;
      return 0;
    }
    default:
      return control(kernel, task, segmentControl(kernel, task), id, asked, address);
  }
};

const segmentControl = (kernel: Kernel, task: Task): Control<Segment> => ({
  identifiers: kernel.ipc.segments,
  stat: abi.SHM_STAT,
  statAny: abi.SHM_STAT_ANY,
  put: (address, id, segment) => putSegment(kernel, task, address, id, segment),
  remove: (segment) => {
    segment.removed = true;
    // While it is attached its identifier stays good, and its key finds it no more.
    if (segment.attached > 0) kernel.ipc.segments.hide(segment);
    else kernel.ipc.segments.remove(segment);
  },
});

export const ipcMemoryCalls = { shmget, shmat, shmdt, shmctl };
