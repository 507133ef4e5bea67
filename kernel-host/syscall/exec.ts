/** execve(2) and execveat(2). */
import { EINVAL, ELOOP, ENOENT } from '../abi/errno.js';
import { AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_NOFOLLOW } from '../abi/fcntl.js';
import { S_IFLNK } from '../abi/stat.js';
import { executable } from '../process/executables.js';
import { PARKED } from '../process/task.js';
import { describe, type Handler, placeOf, startOf } from './call.js';
import { strings } from './strings.js';

const execveat: Handler = (kernel, task, fd, pathAt, argv, envp, flags) => {
  const { memory, process } = task;
  if ((flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW)) !== 0) return -EINVAL;
  const path = memory.path(pathAt);
  const own = path.length === 0;
  if (own && ((flags & AT_EMPTY_PATH) === 0 || fd === AT_FDCWD)) return -ENOENT;
  const name = new TextDecoder().decode(path);
  // As execveat(2) names to an interpreter what it has no path to.
  const told = own ? `/dev/fd/${fd}` : fd === AT_FDCWD || name.startsWith('/') ? name : `/dev/fd/${fd}/${name}`;
  // Linux lets a program begin without argv, and gives it an empty name.
  const words = argv === 0 ? [] : strings(memory, argv);
  const environment = envp === 0 ? [] : strings(memory, envp);
  const hosted = process.host?.exec(task, told, words, environment) ?? null;
  if (hosted !== null) return hosted;
  const place = own
    ? placeOf(kernel, describe(task, fd))
    : kernel.vfs.lookup(startOf(kernel, task, fd), path, (flags & AT_SYMLINK_NOFOLLOW) === 0);
  if (kernel.vfs.type(place) === S_IFLNK) return -ELOOP;
  const found = executable(kernel, process.cwd, place, told, words.length === 0 ? [''] : words);
  kernel.processes.exec(task, found, environment);
  return PARKED;
};

const execve: Handler = (kernel, task, path, argv, envp) => execveat(kernel, task, AT_FDCWD, path, argv, envp, 0, 0);

export const execCalls = { execve, execveat };
