/** What the calls for all kinds of System V IPC share: struct ipc_perm, times, and commands. */
import { IPC_64, IPC_PERM } from '../abi/ipc.js';
import { setUint64 } from '../abi/stat.js';
import type { Permissions } from '../ipc/permissions.js';
import type { Kernel } from '../kernel.js';
import type { UserMemory } from '../memory/user-memory.js';

export const command = (value: number): number => value & ~IPC_64;

/** Seconds since 1970, as all of IPC tells time. */
export const seconds = (kernel: Kernel): number => kernel.now().seconds;

/** @param flags SHM_DEST and SHM_LOCKED, which stand beside the mode. */
export function putPermissions(
  view: DataView,
  at: number,
  permissions: Permissions,
  sequence: number,
  flags = 0,
): void {
  view.setInt32(at + IPC_PERM.KEY, permissions.key, true);
  view.setUint32(at + IPC_PERM.UID, permissions.uid, true);
  view.setUint32(at + IPC_PERM.GID, permissions.gid, true);
  view.setUint32(at + IPC_PERM.CUID, permissions.cuid, true);
  view.setUint32(at + IPC_PERM.CGID, permissions.cgid, true);
  view.setUint32(at + IPC_PERM.MODE, permissions.mode | flags, true);
  view.setUint32(at + IPC_PERM.SEQUENCE, sequence, true);
}

export const putTime = (view: DataView, at: number, time: number): void => setUint64(view, at, time);

/** IPC_SET: owner, group and the lower bits of the mode. */
export function setPermissions(memory: UserMemory, address: number, permissions: Permissions): void {
  const { view, at } = memory.struct(address, IPC_PERM.SIZE);
  permissions.uid = view.getUint32(at + IPC_PERM.UID, true);
  permissions.gid = view.getUint32(at + IPC_PERM.GID, true);
  permissions.mode = view.getUint32(at + IPC_PERM.MODE, true) & 0o777;
}

/** Words of a struct, one after another. */
export function putWords(memory: UserMemory, address: number, size: number, words: readonly number[]): void {
  const { view, at } = memory.struct(address, size);
  for (let i = 0; i < size / 4; i++) view.setUint32(at + i * 4, (words[i] ?? 0) >>> 0, true);
}
