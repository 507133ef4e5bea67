/** What a program is told of the machine as a whole (sysinfo(2)). */
import type { Handler } from './call.js';

/** struct sysinfo of the C library on 32 bits: longs of four bytes, with room behind them. */
const SYSINFO_SIZE = 312;
const UPTIME = 0;
const TOTAL = 16;
const FREE = 20;
const SHARED = 24;
const PROCESSES = 40;
const UNIT = 52;

/** Memory as /proc/meminfo has it; nobody measures the load. */
const sysinfo: Handler = (kernel, task, address) => {
  const { memory } = task;
  memory.bytes(address, SYSINFO_SIZE).fill(0);
  const total = kernel.memory.u8.length;
  const { used } = kernel.pages;
  memory.setInt32(address + UPTIME, Math.ceil(kernel.clock.monotonic() / 1000));
  memory.setInt32(address + TOTAL, total);
  memory.setInt32(address + FREE, total - used);
  memory.setInt32(address + SHARED, used);
  let threads = 0;
  for (const process of kernel.processes.all()) threads += process.tasks.size;
  const { view, at } = memory.struct(address + PROCESSES, 2);
  view.setUint16(at, threads, true);
  memory.setInt32(address + UNIT, 1);
  return 0;
};

export const machineCalls = { sysinfo };
