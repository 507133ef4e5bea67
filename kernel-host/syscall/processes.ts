/** Processes: spawn, end, wait; identity; and what tells a guest where it runs. */
import { E2BIG, EBADF, ECHILD, EINVAL, Errno } from '../abi/errno.js';
import { ARG_MAX, WNOHANG } from '../abi/process.js';
import { fillRandom } from '../device/devices.js';
import type { UserMemory } from '../memory/user-memory.js';
import type { TimerSetting } from '../process/interval-timers.js';
import { PARKED } from '../process/task.js';
import { describe, type Handler } from './call.js';

/** A NULL-terminated array of C strings. @throws Errno EFAULT, E2BIG */
function strings(memory: UserMemory, address: number): string[] {
  const decoder = new TextDecoder();
  const found: string[] = [];
  // Many pointers may lead to one long string: what counts is what would be copied, as on Linux.
  let size = 0;
  for (let i = 0; ; i++) {
    const at = memory.getInt32(address + i * 4);
    if (at === 0) return found;
    const bytes = memory.string(at);
    size += bytes.length + 1;
    if (size > ARG_MAX) throw new Errno(E2BIG);
    found.push(decoder.decode(bytes));
  }
}

/** File actions of a spawn, in order: 16 bytes each, as in posix_spawn_file_actions. */
const ACTION_DUP2 = 1;
const ACTION_CLOSE = 2;
const ACTION_SIZE = 12;

/**
 * posix_spawnp in one call: path, argv, envp (0 inherits), actions, their number, working directory (0 inherits).
 * The child begins with the parent's descriptors but those that close on exec; returns its pid.
 */
const spawn: Handler = (kernel, task, path, argv, envp, actions, count, cwd) => {
  const { memory, process } = task;
  const table = new Map<number, number>();
  process.descriptors.forEach((fd, description) => {
    if (!process.descriptors.closesOnExec(fd)) table.set(fd, description);
  });
  for (let i = 0; i < count; i++) {
    const at = actions + i * ACTION_SIZE;
    const from = memory.getInt32(at + 4);
    const to = memory.getInt32(at + 8);
    switch (memory.getInt32(at)) {
      case ACTION_DUP2:
        if (to < 0 || to >= process.descriptors.limit) return -EBADF;
        // The parent's table, for what would close on exec can still be handed on by a dup2 (POSIX posix_spawn()).
        table.set(to, table.get(from) ?? describe(task, from));
        break;
      case ACTION_CLOSE:
        table.delete(from);
        break;
      default:
        return -EINVAL;
    }
  }
  const decoder = new TextDecoder();
  return kernel.processes.spawn({
    path: decoder.decode(memory.path(path)),
    arguments: strings(memory, argv),
    environment: envp === 0 ? process.environment : strings(memory, envp),
    cwd: cwd === 0 ? process.cwd : kernel.vfs.lookup(process.cwd, memory.path(cwd), true),
    descriptors: table,
    parent: process,
    sharedPort: null,
  });
};

const wait4: Handler = (kernel, task, pid, statusAt, options) => {
  const { process, memory } = task;
  if (statusAt !== 0) memory.getInt32(statusAt);
  const attempt = (): number => {
    const children = [...process.children.values()].filter((child) => pid === -1 || child.pid === pid);
    if (children.length === 0) return -ECHILD;
    const ended = children.find((child) => child.status !== null);
    if (!ended || ended.status === null) return (options & WNOHANG) !== 0 ? 0 : PARKED;
    if (statusAt !== 0) memory.setInt32(statusAt, ended.status);
    kernel.processes.reap(ended);
    return ended.pid;
  };
  if (pid < -1 || pid === 0) return -EINVAL;
  const result = attempt();
  if (result !== PARKED) return result;
  return task.park({ queues: [process.childChanged], retry: attempt, deadline: null, expired: () => 0 });
};

/** struct itimerval of 32-bit Linux: interval and value, each i32 seconds and i32 microseconds. */
const putTimer = (memory: UserMemory, address: number, setting: TimerSetting): void => {
  for (const [i, milliseconds] of [setting.interval, setting.value].entries()) {
    // A timer that runs has some time left (POSIX getitimer(): 0 says that it does not).
    const microseconds = milliseconds > 0 ? Math.max(1, Math.round(milliseconds * 1000)) : 0;
    memory.setInt32(address + i * 8, Math.floor(microseconds / 1_000_000));
    memory.setInt32(address + i * 8 + 4, microseconds % 1_000_000);
  }
};

const getitimer: Handler = (_kernel, task, which, current) => {
  const setting = task.process.intervalTimers.get(which);
  if (!setting) return -EINVAL;
  putTimer(task.memory, current, setting);
  return 0;
};

const setitimer: Handler = (_kernel, task, which, next, previous) => {
  const { memory, process } = task;
  const setting = process.intervalTimers.get(which);
  if (!setting) return -EINVAL;
  const read = (at: number): number => {
    const [seconds, microseconds] = [memory.getInt32(at), memory.getInt32(at + 4)];
    if (seconds < 0 || microseconds < 0 || microseconds > 999_999) throw new Errno(EINVAL);
    return seconds * 1000 + microseconds / 1000;
  };
  const wanted = { interval: read(next), value: read(next + 8) };
  if (previous !== 0) putTimer(memory, previous, setting);
  process.intervalTimers.set(which, wanted);
  return 0;
};

const getpid: Handler = (_kernel, task) => task.process.pid;
/** Init has adopted whoever has no other. */
const getppid: Handler = (_kernel, task) => task.process.parent?.pid ?? 1;
const geteuid: Handler = (_kernel, task) => task.process.euid;
const getegid: Handler = (_kernel, task) => task.process.egid;

const umask: Handler = (_kernel, task, mask) => {
  const before = task.process.umask;
  task.process.umask = mask;
  return before;
};

const UTSNAME_FIELD = 65;

const uname: Handler = (kernel, task, buffer) => {
  const encoder = new TextEncoder();
  const bytes = task.memory.bytes(buffer, UTSNAME_FIELD * 6).fill(0);
  for (const [index, field] of kernel.identity.entries())
    bytes.set(encoder.encode(field).subarray(0, UTSNAME_FIELD - 1), index * UTSNAME_FIELD);
  return 0;
};

const getrandom: Handler = (_kernel, task, buffer, count) => {
  const bytes = task.memory.bytes(buffer, count);
  fillRandom(bytes, 0, bytes.length);
  return bytes.length;
};

export const processCalls = {
  spawn,
  wait4,
  getitimer,
  setitimer,
  getpid,
  getppid,
  geteuid,
  getegid,
  umask,
  uname,
  getrandom,
};
