/** A kernel under Node for tests, whose guests' output is collected and whose ends can be waited for. */
import { O_RDONLY, O_WRONLY } from '../../kernel-host/abi/fcntl.js';
import { installProgram } from '../../kernel-host/boot/install-program.js';
import { HostInput, HostOutput } from '../../kernel-host/file/host-stream.js';
import type { Kernel } from '../../kernel-host/kernel.js';
import { KIND_KERNEL } from '../../kernel-host/memory/layout.js';
import { createKernel } from '../../kernel-host/platform/node/machine.js';
import type { Program } from '../../kernel-host/process/programs.js';

const PROCESS_WORKER = new URL('../../dist/node/process-worker.js', import.meta.url);

export interface RunOptions {
  readonly arguments?: readonly string[];
  readonly environment?: readonly string[];
  readonly cwd?: string;
  /** Closed at once when left out. */
  readonly input?: HostInput;
  /** Descriptors beyond the standard streams. */
  readonly descriptors?: ReadonlyMap<number, number>;
}

export interface Ended {
  /** wait(2) status. */
  readonly status: number;
  readonly output: Uint8Array;
  readonly errors: string;
  /** What the guest died of, when it did. */
  readonly crash: string | undefined;
}

export class Machine {
  readonly kernel: Kernel;
  readonly #ends = new Map<number, (status: number) => void>();
  readonly #crashes = new Map<number, string>();
  #programs = 0;

  constructor() {
    this.kernel = createKernel(
      {
        onExit: (pid, status) => this.#ends.get(pid)?.(status),
        onCrash: (pid, message) => void this.#crashes.set(pid, message),
      },
      PROCESS_WORKER,
    );
  }

  /** Installs a program under a fresh name and runs it to its end. */
  async run(program: Program, options: RunOptions = {}): Promise<Ended> {
    const { kernel } = this;
    const path = `/usr/local/bin/program-${this.#programs++}`;
    installProgram(kernel, path, program);
    const input = options.input ?? endedInput();
    const output = new Collector();
    const errors = new Collector();
    const own = [
      kernel.describe(KIND_KERNEL, O_RDONLY, input),
      kernel.describe(KIND_KERNEL, O_WRONLY, output.stream),
      kernel.describe(KIND_KERNEL, O_WRONLY, errors.stream),
    ];
    const pid = kernel.processes.spawn({
      path,
      arguments: [path, ...(options.arguments ?? [])],
      environment: options.environment ?? [],
      cwd: kernel.vfs.lookup(
        { fileSystem: kernel.vfs.root, node: kernel.vfs.root.root },
        new TextEncoder().encode(options.cwd ?? '/'),
        true,
      ),
      descriptors: new Map([...own.entries(), ...(options.descriptors ?? [])]),
      parent: null,
      sharedPort: null,
    });
    for (const description of own) kernel.descriptions.release(description);
    const status = await new Promise<number>((resolve) => this.#ends.set(pid, resolve));
    return { status, output: output.bytes(), errors: errors.text(), crash: this.#crashes.get(pid) };
  }

  /** Ends every guest: their workers would keep the test from ending. */
  close(): void {
    for (const process of this.kernel.processes.all()) this.kernel.processes.end(process, 0);
  }
}

function endedInput(): HostInput {
  const input = new HostInput();
  input.end();
  return input;
}

class Collector {
  readonly #chunks: Uint8Array[] = [];
  readonly stream = new HostOutput((bytes) => {
    this.#chunks.push(bytes);
    return true;
  });

  bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#chunks));
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString();
  }
}
