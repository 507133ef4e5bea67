/** posix_spawn and posix_spawnp in one call, with all that they do in the child (`abi/spawn.ts`). */
import { EINVAL, EIO, Errno } from '../abi/errno.js';
import { NSIG } from '../abi/signal.js';
import * as abi from '../abi/spawn.js';
import { AbsentBlocks } from '../fs/block-cache.js';
import type { Kernel } from '../kernel.js';
import type { UserMemory } from '../memory/user-memory.js';
import type { Task } from '../process/task.js';
import type { Handler } from './call.js';
import { getSet } from './signal-sets.js';
import { type FileAction, Spawning, type SpawnRequest } from './spawning.js';
import { strings } from './strings.js';

/** @throws Errno EFAULT, EINVAL, ENAMETOOLONG */
function readAction(memory: UserMemory, at: number): FileAction {
  const { COMMAND, FD, SOURCE, FLAGS, MODE, PATH } = abi.SPAWN_ACTION;
  const fd = memory.getInt32(at + FD);
  switch (memory.getInt32(at + COMMAND)) {
    case abi.ACTION_CLOSE:
      return { kind: 'close', fd };
    case abi.ACTION_DUP2:
      return { kind: 'dup2', from: memory.getInt32(at + SOURCE), fd };
    case abi.ACTION_OPEN: {
      const path = memory.path(memory.getInt32(at + PATH));
      return { kind: 'open', fd, path, flags: memory.getInt32(at + FLAGS), mode: memory.getInt32(at + MODE) };
    }
    case abi.ACTION_CHDIR:
      return { kind: 'chdir', path: memory.path(memory.getInt32(at + PATH)) };
    case abi.ACTION_FCHDIR:
      return { kind: 'fchdir', fd };
    default:
      throw new Errno(EINVAL);
  }
}

/** @throws Errno EFAULT, EINVAL, E2BIG, ENAMETOOLONG */
function readRequest(task: Task, address: number): SpawnRequest {
  const { memory, process } = task;
  const { view, at } = memory.struct(address, abi.SPAWN.SIZE);
  const word = (offset: number): number => view.getInt32(at + offset, true);
  const decoder = new TextDecoder();
  const environment = word(abi.SPAWN.ENVIRONMENT);
  const searchPath = word(abi.SPAWN.SEARCH_PATH);
  const defaults = getSet(memory, address + abi.SPAWN.DEFAULT_SIGNALS);
  const actions: FileAction[] = [];
  for (let i = 0; i < word(abi.SPAWN.ACTION_COUNT); i++)
    actions.push(readAction(memory, word(abi.SPAWN.ACTIONS) + i * abi.SPAWN_ACTION.SIZE));
  return {
    path: decoder.decode(memory.path(word(abi.SPAWN.PATH))),
    arguments: strings(memory, word(abi.SPAWN.ARGUMENTS)),
    environment: environment === 0 ? process.environment : strings(memory, environment),
    searchPath: searchPath === 0 ? null : decoder.decode(memory.string(searchPath)),
    flags: word(abi.SPAWN.FLAGS),
    group: word(abi.SPAWN.GROUP),
    defaultSignals: Array.from({ length: NSIG }, (_, i) => i + 1).filter((n) => (defaults >> BigInt(n - 1)) & 1n),
    signalMask: getSet(memory, address + abi.SPAWN.SIGNAL_MASK),
    actions,
  };
}

/** The child's pid. */
export const spawn: Handler = (kernel, task, address) => {
  const spawning = new Spawning(kernel, task, readRequest(task, address));
  task.unfinished = spawning;
  return advance(kernel, task, spawning);
};

/** As far as it goes without waiting for blocks; then on from there. */
function advance(kernel: Kernel, task: Task, spawning: Spawning): number {
  try {
    const pid = spawning.finish();
    task.unfinished = null;
    return pid;
  } catch (error) {
    if (error instanceof AbsentBlocks) {
      const { load } = error;
      return task.park({
        queues: [load.ended],
        retry: () => (load.failed ? giveUp(task, EIO) : advance(kernel, task, spawning)),
        deadline: null,
        expired: () => giveUp(task, EIO),
        interrupted: null,
      });
    }
    task.abandonUnfinished();
    throw error;
  }
}

function giveUp(task: Task, errno: number): number {
  task.abandonUnfinished();
  return -errno;
}
