/** What a program is told of the machine that it runs on: sysinfo(2), getcpu(2), personality(2). */
import { EINVAL, EPERM } from '../abi/errno.js';
import type { Handler } from './call.js';

/** struct sysinfo of the C library on 32 bits: longs of four bytes, with room behind them. */
const SYSINFO_SIZE = 312;
const UPTIME = 0;
const LOADS = 4;
const TOTAL = 16;
const FREE = 20;
const SHARED = 24;
const PROCESSES = 40;
const UNIT = 52;
/** linux/sysinfo.h: SI_LOAD_SHIFT. */
const LOAD_SCALE = 1 << 16;

/** Memory as /proc/meminfo has it. */
const sysinfo: Handler = (kernel, task, address) => {
  const { memory } = task;
  memory.bytes(address, SYSINFO_SIZE).fill(0);
  const total = kernel.memory.u8.length;
  const { used } = kernel.pages;
  memory.setInt32(address + UPTIME, Math.ceil(kernel.clock.monotonic() / 1000));
  kernel.loadAverage.loads.forEach((load, index) => {
    memory.setInt32(address + LOADS + 4 * index, Math.round(load * LOAD_SCALE));
  });
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

/** No host tells on which of its processors a worker runs: all are on the first, whose memory is the only node's. */
const getcpu: Handler = (_kernel, { memory }, processor, node) => {
  if (processor !== 0) memory.setInt32(processor, 0);
  if (node !== 0) memory.setInt32(node, 0);
  return 0;
};

const PER_LINUX = 0;
/** Asks, and changes nothing. */
const QUERY = -1;

/** There is no other kind of execution than Linux's. */
const personality: Handler = (_kernel, _task, wanted) =>
  wanted === QUERY || wanted === PER_LINUX ? PER_LINUX : -EINVAL;

/** Of uname(2)'s fields. */
const NODE_NAME = 1;
const DOMAIN_NAME = 5;
/** linux/utsname.h: __NEW_UTS_LEN. */
const LONGEST_NAME = 64;

const naming =
  (field: number): Handler =>
  (kernel, { memory, process }, nameAt, length) => {
    if (!process.credentials.privileged) return -EPERM;
    if (length < 0 || length > LONGEST_NAME) return -EINVAL;
    kernel.identity[field] = new TextDecoder().decode(memory.bytes(nameAt, length).slice());
    return 0;
  };

export const machineCalls = {
  sysinfo,
  getcpu,
  personality,
  sethostname: naming(NODE_NAME),
  setdomainname: naming(DOMAIN_NAME),
};
