/**
 * /proc itself (proc(5)): the machine as a whole. What nobody measures is not there: processor times, load averages,
 * traffic.
 */
import { ENOENT, Errno } from '../abi/errno.js';
import type { Kernel } from '../kernel.js';
import { PID_MAX } from '../process/process-table.js';
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

/** The second number is the idle time of all processors, 0 where it is not accounted. */
const uptime = (kernel: Kernel, booted: number): string =>
  `${((kernel.clock.monotonic() - booted) / 1000).toFixed(2)} 0.00\n`;

function statistics(kernel: Kernel, booted: number): string {
  const bootTime = Math.floor((kernel.clock.realtime() - kernel.clock.monotonic() + booted) / 1000);
  const running = kernel.processes.all().filter(({ status, task }) => status === null && !task?.parked).length;
  return `btime ${bootTime}\nprocesses ${kernel.processes.spawned}\nprocs_running ${running}\n`;
}

function fileSystems(kernel: Kernel): string {
  const types = new Set(kernel.vfs.mountTable.map(({ fileSystem }) => fileSystem.type));
  return [...types].map((type) => `nodev\t${type}\n`).join('');
}

/** @param booted on the monotonic clock. */
export function machineEntries(kernel: Kernel, booted: number): readonly ProcEntry<null>[] {
  const [system, node, release, version, , domain] = kernel.identity;
  const bootId = crypto.randomUUID();
  return [
    file('cpuinfo', () => cpuinfo(kernel)),
    file('filesystems', () => fileSystems(kernel)),
    file('meminfo', () => meminfo(kernel)),
    link('mounts', () => encoder.encode('self/mounts')),
    link('self', () => {
      if (!kernel.current) throw new Errno(ENOENT);
      return encoder.encode(String(kernel.current.process.pid));
    }),
    file('stat', () => statistics(kernel, booted)),
    directory('sys', [
      directory('kernel', [
        file('domainname', () => `${domain}\n`),
        file('hostname', () => `${node}\n`),
        file('osrelease', () => `${release}\n`),
        file('ostype', () => `${system}\n`),
        file('pid_max', () => `${PID_MAX}\n`),
        directory('random', [file('boot_id', () => `${bootId}\n`), file('uuid', () => `${crypto.randomUUID()}\n`)]),
        file('version', () => `${version}\n`),
      ]),
    ]),
    file('uptime', () => uptime(kernel, booted)),
    file('version', () => `${system} version ${release} ${version}\n`),
  ];
}
