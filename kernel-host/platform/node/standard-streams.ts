/** The standard streams of this process as a guest's: pipes as pipes, a terminal as a terminal. */
import type { ReadStream, WriteStream } from 'node:tty';
import { O_RDONLY, O_RDWR, O_WRONLY } from '../../abi/fcntl.js';
import { HostInput, HostOutput } from '../../file/host-stream.js';
import type { Kernel } from '../../kernel.js';
import { KIND_KERNEL } from '../../memory/layout.js';
import { HostTerminal } from '../../tty/host-terminal.js';

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

/** Descriptions for a guest's descriptors 0, 1 and 2, one reference each. */
export function standardStreams(kernel: Kernel): Map<number, number> {
  const descriptors = new Map<number, number>();
  const input = inputFrom(process.stdin);
  if (process.stdin.isTTY) {
    const output = outputTo(process.stdout);
    const terminal = new HostTerminal(input, output, () => ({
      rows: process.stdout.rows ?? 24,
      columns: process.stdout.columns ?? 80,
    }));
    descriptors.set(0, kernel.describe(KIND_KERNEL, O_RDWR, terminal));
  } else {
    descriptors.set(0, kernel.describe(KIND_KERNEL, O_RDONLY, input));
  }
  for (const [fd, stream] of [
    [1, process.stdout],
    [2, process.stderr],
  ] as const) {
    const output = outputTo(stream);
    const operations = stream.isTTY
      ? new HostTerminal(input, output, () => ({ rows: stream.rows, columns: stream.columns }))
      : output;
    descriptors.set(fd, kernel.describe(KIND_KERNEL, O_WRONLY, operations));
  }
  return descriptors;
}
