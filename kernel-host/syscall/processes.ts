/** Processes: identity, timers, and what tells a guest where it runs. */
import { EINVAL, Errno } from '../abi/errno.js';
import { fillRandom } from '../device/devices.js';
import type { UserMemory } from '../memory/user-memory.js';
import { ITIMER_PROF, type TimerSetting } from '../process/interval-timers.js';
import type { Handler } from './call.js';

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
  if (which > ITIMER_PROF) return -EINVAL;
  const setting = task.process.intervalTimers.get(which);
  if (!setting) return -EINVAL;
  putTimer(task.memory, current, setting);
  return 0;
};

const setitimer: Handler = (_kernel, task, which, next, previous) => {
  const { memory, process } = task;
  if (which > ITIMER_PROF) return -EINVAL;
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
const getppid: Handler = (_kernel, task) => task.process.parentPid;

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
  getitimer,
  setitimer,
  getpid,
  getppid,
  umask,
  uname,
  getrandom,
};
