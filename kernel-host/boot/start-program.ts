/** A program that a host starts, as a user of the machine would: with a terminal, or with its output going to the host. */
import type { Kernel } from '../kernel.js';
import type { Pid } from '../process/process.js';
import type { HostTerminal } from '../tty/host-terminal.js';

export interface StartOptions {
  /** Where `argv[0]` is looked for, beside what else programs are told. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Guest directory: the root unless given. */
  readonly cwd?: string;
  /** Its input and output, and its session's terminal. Without one it has no input. */
  readonly terminal?: HostTerminal;
  /** Takes what it writes on stdout and stderr: bytes of kernel memory, that are others' when this has returned. */
  readonly output?: (bytes: Uint8Array) => void;
}

export interface Started {
  readonly pid: Pid;
  /** Resolves when nobody can write to `output` any more: the program and all that inherited from it have closed it. */
  readonly drained: Promise<void>;
}

const ENVIRONMENT = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' };

/** @throws Errno ENOENT, EACCES, ENOEXEC, ENOTDIR, E2BIG, EAGAIN, ENOMEM; RangeError when there is no room for its output */
export function startProgram(kernel: Kernel, argv: readonly string[], options: StartOptions = {}): Started {
  const { terminal, output = () => {}, cwd = '/' } = options;
  let close: () => void = () => {};
  const drained = new Promise<void>((resolve) => {
    close = resolve;
  });
  const take = (bytes: Uint8Array): boolean => {
    output(bytes);
    return true;
  };
  const description = terminal ? terminal.describe() : kernel.pipeToHost({ take, end: close }).description;
  if (terminal) close();
  const root = { fileSystem: kernel.vfs.root, node: kernel.vfs.root.root };
  try {
    const pid = kernel.processes.spawn({
      path: argv[0] ?? '',
      arguments: argv,
      environment: Object.entries({ ...ENVIRONMENT, ...options.environment }).map(
        ([name, value]) => `${name}=${value}`,
      ),
      cwd: kernel.vfs.lookup(root, new TextEncoder().encode(cwd), true),
      descriptors: new Map((terminal ? [0, 1, 2] : [1, 2]).map((fd) => [fd, description])),
      parent: null,
      terminal: terminal?.terminal ?? null,
      sharedPort: null,
    });
    return { pid, drained };
  } finally {
    kernel.descriptions.release(description);
  }
}
