/** Terminal devices: `/dev/tty` leads to a process's terminal, when its host gave it one. */
import { ENODEV, ENXIO } from '../abi/errno.js';
import { DEVICE_TTY } from '../device/devices.js';
import type { Kernel } from '../kernel.js';
import { KIND_KERNEL } from '../memory/layout.js';
import type { Task } from '../process/task.js';
import { HostTerminal } from './host-terminal.js';

export class Terminals {
  /** A new description of what the device leads to, or -errno. */
  open(kernel: Kernel, task: Task, rdev: number, flags: number): number {
    if (rdev !== DEVICE_TTY) return -ENODEV;
    for (const fd of [0, 1, 2]) {
      const description = task.process.descriptors.get(fd);
      if (description < 0 || kernel.descriptions.kind(description) !== KIND_KERNEL) continue;
      const operations = kernel.descriptions.operations(description);
      if (operations instanceof HostTerminal)
        return kernel.descriptions.create(KIND_KERNEL, flags, 0, operations.share());
    }
    return -ENXIO;
  }
}
