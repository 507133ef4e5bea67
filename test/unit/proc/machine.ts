/** A kernel without guests' workers: the test plays the processes. */
import { S_IFDIR, S_IFREG } from '../../../kernel-host/abi/stat.js';
import { Kernel } from '../../../kernel-host/kernel.js';
import { systemClock } from '../../../kernel-host/platform/clock.js';
import { mountProc } from '../../../kernel-host/proc/mount-proc.js';
import type { Process } from '../../../kernel-host/process/process.js';

export const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
export const text = (from: Uint8Array): string => new TextDecoder().decode(from);

/** The smallest module there is: its header. */
const EMPTY_MODULE = new WebAssembly.Module(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));

export function bootKernel(): Kernel {
  return new Kernel(
    {
      clock: systemClock,
      alarm: (callback, milliseconds) => {
        const timeout = setTimeout(callback, milliseconds);
        return () => clearTimeout(timeout);
      },
      workers: { start: () => ({ terminate() {}, release() {} }) },
      defer: setImmediate,
      processors: 3,
    },
    { onExit() {}, onCrash() {} },
  );
}

/** A kernel with /proc, /bin/tool and /srv. */
export function machine(): Kernel {
  const kernel = bootKernel();
  const { root } = kernel.vfs;
  for (const name of ['proc', 'bin', 'srv', 'dev']) root.create(root.root, bytes(name), S_IFDIR | 0o755, 0);
  const bin = root.lookup(root.root, bytes('bin'));
  const tool = root.create(bin, bytes('tool'), S_IFREG | 0o755, 0);
  kernel.programs.install(kernel.lockKey({ fileSystem: root, node: tool }), {
    abi: 'emscripten',
    module: EMPTY_MODULE,
  });
  mountProc(kernel);
  return kernel;
}

export function start(
  kernel: Kernel,
  options: {
    readonly arguments?: readonly string[];
    readonly environment?: readonly string[];
    readonly cwd?: string;
    readonly parent?: Process;
    readonly descriptors?: ReadonlyMap<number, number>;
  } = {},
): Process {
  const { root } = kernel.vfs;
  const pid = kernel.processes.spawn({
    path: '/bin/tool',
    arguments: options.arguments ?? ['tool'],
    environment: options.environment ?? [],
    cwd: kernel.vfs.lookup({ fileSystem: root, node: root.root }, bytes(options.cwd ?? '/'), true),
    descriptors: options.descriptors ?? new Map(),
    parent: options.parent ?? null,
    sharedPort: null,
  });
  const process = kernel.processes.byPid(pid);
  if (!process) throw new Error('not started');
  return process;
}
