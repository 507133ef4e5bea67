/** prlimit(2), by which the C library does getrlimit and setrlimit. */
import { EPERM, Errno, ESRCH } from '../abi/errno.js';
import { RLIM_INFINITY, RLIMIT_CPU, RLIMIT_NOFILE, RLIMIT_SIZE } from '../abi/resource.js';
import type { Kernel } from '../kernel.js';
import type { UserMemory } from '../memory/user-memory.js';
import { limitProcessorTime } from '../process/cpu-limit.js';
import type { Limit } from '../process/limits.js';
import type { Process } from '../process/process.js';
import { limitDescriptors } from '../process/process-record.js';
import type { Handler } from './call.js';

/** Those above 2^53 bytes or files are as good as none. */
const numberOf = (value: bigint): number =>
  value === RLIM_INFINITY || value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.POSITIVE_INFINITY : Number(value);

const bits = (value: number): bigint => (value === Number.POSITIVE_INFINITY ? RLIM_INFINITY : BigInt(value));

function readLimit(memory: UserMemory, address: number): Limit {
  const { view, at } = memory.struct(address, RLIMIT_SIZE);
  return { soft: numberOf(view.getBigUint64(at, true)), hard: numberOf(view.getBigUint64(at + 8, true)) };
}

function putLimit(memory: UserMemory, address: number, { soft, hard }: Limit): void {
  const { view, at } = memory.struct(address, RLIMIT_SIZE);
  view.setBigUint64(at, bits(soft), true);
  view.setBigUint64(at + 8, bits(hard), true);
}

/** Another process's are for its own user, and for the superuser (prlimit(2)). @throws Errno ESRCH, EPERM */
function target(kernel: Kernel, caller: Process, pid: number): Process {
  if (pid === 0 || pid === caller.pid) return caller;
  const process = kernel.processes.byPid(pid);
  if (!process || process.status !== null) throw new Errno(ESRCH);
  const { user } = process.credentials;
  const { ruid, privileged } = caller.credentials;
  if (!privileged && ![user.real, user.effective, user.saved].every((id) => id === ruid)) throw new Errno(EPERM);
  return process;
}

const prlimit64: Handler = (kernel, task, pid, resource, wanted, old) => {
  const process = target(kernel, task.process, pid);
  const before = process.limits.get(resource);
  if (wanted !== 0) {
    const limit = readLimit(task.memory, wanted);
    process.limits.set(resource, limit, task.process.credentials.privileged);
    if (resource === RLIMIT_NOFILE) limitDescriptors(kernel, process, limit.soft);
    if (resource === RLIMIT_CPU) limitProcessorTime(process);
  }
  if (old !== 0) putLimit(task.memory, old, before);
  return 0;
};

export const limitCalls = { prlimit64 };
