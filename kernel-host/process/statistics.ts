/** What a machine's kernel has counted, for whoever watches it. */
import type { MachineStats } from '../../protocol/machine.js';
import type { Kernel } from '../kernel.js';

export function statistics(kernel: Kernel): MachineStats {
  const running = kernel.processes.all().filter(({ status }) => status === null);
  return {
    memory: kernel.memory.u8.length,
    processes: running.map(({ pid, name, calls, crossings }) => ({ pid, name, calls, crossings })),
  };
}
