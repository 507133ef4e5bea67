/**
 * /proc itself (proc(5)): the machine as a whole. What nobody measures is not there: traffic, the use of disks.
 */
import { ENOENT, Errno } from '../abi/errno.js';
import type { Kernel } from '../kernel.js';
import { threadState } from '../process/process-state.js';
import { PID_MAX } from '../process/process-table.js';
import type { Task } from '../process/task.js';
import { directory, file, link, type ProcEntry } from './catalogue.js';

const encoder = new TextEncoder();
const KIBIBYTE = 1024;

/**
 * The memory that the kernel holds: file system, descriptors, rings. It grows when it is full, and guests' own memory is
 * not part of it. All that is in use is what Linux counts as shared memory: files in memory.
 */
function meminfo(kernel: Kernel): string {
  const total = kernel.memory.u8.length;
  const { used } = kernel.pages;
  const row = (name: string, bytes: number): string =>
    `${`${name}:`.padEnd(16)}${String(Math.floor(bytes / KIBIBYTE)).padStart(8)} kB\n`;
  return (
    row('MemTotal', total) +
    row('MemFree', total - used) +
    row('MemAvailable', total - used) +
    row('Shmem', used) +
    row('SwapTotal', 0) +
    row('SwapFree', 0)
  );
}

function cpuinfo(kernel: Kernel): string {
  const [, , , , machine] = kernel.identity;
  return Array.from(
    { length: kernel.processors },
    (_, index) => `processor\t: ${index}\nmodel name\t: ${machine}\n\n`,
  ).join('');
}

/**
 * Milliseconds since the machine was, and what its processors have been used and idle since then, all together: what the host's
 * other programs use counts as idle.
 */
function times(kernel: Kernel, booted: number): { readonly up: number; readonly used: number; readonly idle: number } {
  const up = kernel.clock.monotonic() - booted;
  const used = kernel.processes.processorTime;
  return { up, used, idle: Math.max(0, up * kernel.processors - used) };
}

function uptime(kernel: Kernel, booted: number): string {
  const { up, idle } = times(kernel, booted);
  return `${(up / 1000).toFixed(2)} ${(idle / 1000).toFixed(2)}\n`;
}

/** Milliseconds of a clock tick, towards programs (USER_HZ). */
const TICK = 10;

/** user, nice, system, idle, iowait, irq, softirq, steal, guest, guest_nice: nobody tells the time of guests in the kernel apart. */
const processor = (name: string, used: number, idle: number): string =>
  `${name} ${Math.floor(used / TICK)} 0 0 ${Math.floor(idle / TICK)} 0 0 0 0 0 0\n`;

/** Who of them runs where is the host's affair: each has its share. */
function processors(kernel: Kernel, booted: number): string {
  const { used, idle } = times(kernel, booted);
  const count = kernel.processors;
  const each = Array.from({ length: count }, (_, index) => processor(`cpu${index}`, used / count, idle / count));
  return processor('cpu ', used, idle) + each.join('');
}

function statistics(kernel: Kernel, booted: number): string {
  const bootTime = Math.floor((kernel.clock.realtime() - kernel.clock.monotonic() + booted) / 1000);
  const running = kernel.processes.all().filter(({ status, task }) => status === null && !task?.parked).length;
  return `${processors(kernel, booted)}btime ${bootTime}\nprocesses ${kernel.processes.spawned}\nprocs_running ${running}\n`;
}

/** Averages, threads that do not wait of all that there are, and the pid given last. */
function loads(kernel: Kernel): string {
  const averages = kernel.loadAverage.loads.map((load) => load.toFixed(2)).join(' ');
  const threads = kernel.processes.all().flatMap(({ tasks }) => [...tasks.values()]);
  const running = threads.filter((task) => threadState(task) === 'R').length;
  return `${averages} ${running}/${threads.length} ${kernel.processes.lastPid}\n`;
}

function fileSystems(kernel: Kernel): string {
  const types = new Set(kernel.vfs.mountTable.map(({ fileSystem }) => fileSystem.type));
  return [...types].map((type) => `nodev\t${type}\n`).join('');
}

/** @throws Errno ENOENT: the host looks. */
function caller(kernel: Kernel): Task {
  if (!kernel.current) throw new Errno(ENOENT);
  return kernel.current;
}

/** @param booted on the monotonic clock. */
export function machineEntries(kernel: Kernel, booted: number): readonly ProcEntry<null>[] {
  const bootId = crypto.randomUUID();
  return [
    file('cpuinfo', () => cpuinfo(kernel)),
    file('filesystems', () => fileSystems(kernel)),
    file('loadavg', () => loads(kernel)),
    file('meminfo', () => meminfo(kernel)),
    link('mounts', () => encoder.encode('self/mounts')),
    link('self', () => encoder.encode(String(caller(kernel).process.pid))),
    file('stat', () => statistics(kernel, booted)),
    directory('sys', [
      directory('kernel', [
        file('domainname', () => `${kernel.identity[5]}\n`),
        file('hostname', () => `${kernel.identity[1]}\n`),
        file('osrelease', () => `${kernel.identity[2]}\n`),
        file('ostype', () => `${kernel.identity[0]}\n`),
        file('pid_max', () => `${PID_MAX}\n`),
        directory('random', [file('boot_id', () => `${bootId}\n`), file('uuid', () => `${crypto.randomUUID()}\n`)]),
        file('version', () => `${kernel.identity[3]}\n`),
      ]),
    ]),
    link('thread-self', () => {
      const { process, tid } = caller(kernel);
      return encoder.encode(`${process.pid}/task/${tid}`);
    }),
    file('uptime', () => uptime(kernel, booted)),
    file('version', () => {
      const [system, , release, version] = kernel.identity;
      return `${system} version ${release} ${version}\n`;
    }),
  ];
}
