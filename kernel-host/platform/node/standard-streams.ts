/** The standard streams of this process as a guest's: pipes as pipes, a terminal as a terminal. */
import type { ReadStream, WriteStream } from 'node:tty';
import { O_RDONLY, O_RDWR, O_WRONLY } from '../../abi/fcntl.js';
import { HostInput, HostOutput } from '../../file/host-stream.js';
import type { Kernel } from '../../kernel.js';
import { KIND_KERNEL } from '../../memory/layout.js';
import { HostTerminal, type TerminalSize } from '../../tty/host-terminal.js';

type Input = NodeJS.ReadStream | ReadStream;
type Output = NodeJS.WriteStream | WriteStream;

/** Node has no SIGPIPE: a reader that went away is an error event, and the guest gets EPIPE with its next write. */
function outputTo(stream: Output): HostOutput {
  const output = new HostOutput((bytes) => stream.write(bytes));
  stream.on('drain', () => output.drained());
  stream.on('error', () => output.close());
  return output;
}

/** Reads from the host only while the guest has nothing left: a large file on stdin is not read into memory at once. */
function inputFrom(stream: Input): HostInput {
  const input = new HostInput(
    () => stream.resume(),
    () => stream.resume(),
  );
  stream.pause();
  stream.on('data', (chunk: Buffer) => {
    stream.pause();
    input.push(chunk);
  });
  stream.on('end', () => input.end());
  stream.on('error', () => input.end());
  return input;
}

export interface StandardStreams {
  /** Descriptions for a guest's descriptors 0, 1 and 2, one reference each. */
  readonly descriptors: ReadonlyMap<number, number>;
  /** Resolves when the guest, and all that inherited from it, have closed their output, and this process has taken it. */
  readonly drained: Promise<unknown>;
}

export function standardStreams(kernel: Kernel): StandardStreams {
  const descriptors = new Map<number, number>();
  const drained: Promise<void>[] = [];
  const input = inputFrom(process.stdin);
  if (process.stdin.isTTY) {
    const terminal = new HostTerminal(input, outputTo(process.stdout), () => sizeOf(process.stdout));
    descriptors.set(0, kernel.describe(KIND_KERNEL, O_RDWR, terminal));
  } else {
    descriptors.set(0, kernel.describe(KIND_KERNEL, O_RDONLY, input));
  }
  for (const [fd, stream] of [
    [1, process.stdout],
    [2, process.stderr],
  ] as const) {
    if (stream.isTTY) {
      const terminal = new HostTerminal(input, outputTo(stream), () => sizeOf(stream));
      descriptors.set(fd, kernel.describe(KIND_KERNEL, O_WRONLY, terminal));
    } else {
      drained.push(new Promise((end) => descriptors.set(fd, pipeTo(kernel, stream, end))));
    }
  }
  return { descriptors, drained: Promise.all(drained) };
}

/** A pipe that ends in a stream of this process, at the stream's own pace. */
function pipeTo(kernel: Kernel, stream: Output, end: () => void): number {
  let gone = false;
  const { description, reader } = kernel.pipeToHost({ take: (bytes) => gone || stream.write(bytes.slice()), end });
  stream.on('drain', () => reader.resume());
  // Node has no SIGPIPE: a reader that went away is an error event, and the guest gets EPIPE with its next write.
  stream.on('error', () => {
    gone = true;
    reader.close();
    end();
  });
  return description;
}

const sizeOf = (stream: Output): TerminalSize => ({ rows: stream.rows ?? 24, columns: stream.columns ?? 80 });
