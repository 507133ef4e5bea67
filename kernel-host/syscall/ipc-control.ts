/** What msgctl(2), semctl(2) and shmctl(2) have in common: looking at an object, setting whose it is, and removing it. */
import { EINVAL, Errno } from '../abi/errno.js';
import { IPC_RMID, IPC_SET, IPC_STAT } from '../abi/ipc.js';
import type { Identified, Identifiers } from '../ipc/identifiers.js';
import { READ } from '../ipc/permissions.js';
import type { Kernel } from '../kernel.js';
import type { Task } from '../process/task.js';
import { seconds, setPermissions } from './ipc-structs.js';

/** A kind of object. */
export interface Control<T extends Identified> {
  readonly identifiers: Identifiers<T>;
  /** Its commands that name an object by index; the second asks for no permission. */
  readonly stat: number;
  readonly statAny: number;
  /** Writes the object's struct. */
  readonly put: (address: number, id: number, object: T) => void;
  /** What IPC_SET sets besides owner and mode. @throws Errno, with nothing set */
  readonly set?: (address: number, object: T) => void;
  readonly remove: (object: T) => void;
}

/** @throws Errno EINVAL for another command, EACCES, EPERM, EIDRM */
export function control<T extends Identified>(
  kernel: Kernel,
  { process, memory }: Task,
  kind: Control<T>,
  id: number,
  asked: number,
  address: number,
): number {
  const { identifiers } = kind;
  switch (asked) {
    case kind.stat:
    case kind.statAny: {
      const found = identifiers.atIndex(id);
      if (asked === kind.stat) found.object.permissions.check(process, READ);
      kind.put(address, found.id, found.object);
      return found.id;
    }
    case IPC_STAT: {
      const object = identifiers.at(id);
      object.permissions.check(process, READ);
      kind.put(address, id, object);
      return 0;
    }
    case IPC_SET: {
      const object = identifiers.at(id);
      object.permissions.checkOwner(process);
      kind.set?.(address, object);
      setPermissions(memory, address, object.permissions);
      object.changedAt = seconds(kernel);
      return 0;
    }
    case IPC_RMID: {
      const object = identifiers.at(id);
      object.permissions.checkOwner(process);
      kind.remove(object);
      return 0;
    }
    default:
      throw new Errno(EINVAL);
  }
}
