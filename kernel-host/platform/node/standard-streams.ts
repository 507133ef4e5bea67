/** The standard streams of this process as a guest's: pipes as pipes, a terminal as a terminal. */
import type { ReadStream, WriteStream } from 'node:tty';
import { O_RDONLY } from '../../abi/fcntl.js';
import { HostInput } from '../../file/host-stream.js';
import type { Kernel } from '../../kernel.js';
import { KIND_KERNEL } from '../../memory/layout.js';
import { NodeTerminal } from './node-terminal.js';

type Input = NodeJS.ReadStream | ReadStream;
type Output = NodeJS.WriteStream | WriteStream;

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
  /** The guest's terminal, where one of its streams is that. */
  readonly terminal: NodeTerminal | null;
  /** Resolves when the guest, and all that inherited from it, have closed their output, and this process has taken it. */
  readonly drained: Promise<unknown>;
}

/** @param forced gives the guest a terminal for all three, whatever they are here. */
export function standardStreams(kernel: Kernel, forced: boolean): StandardStreams {
  const { stdin, stdout, stderr } = process;
  const descriptors = new Map<number, number>();
  const drained: Promise<void>[] = [];
  const types = forced || stdin.isTTY;
  const terminal = types || stdout.isTTY || stderr.isTTY ? new NodeTerminal(kernel, types) : null;
  if (terminal && types) descriptors.set(0, terminal.describe());
  else descriptors.set(0, kernel.describe(KIND_KERNEL, O_RDONLY, inputFrom(stdin)));
  for (const [fd, stream] of [
    [1, stdout],
    [2, stderr],
  ] as const) {
    if (terminal && (forced || stream.isTTY)) descriptors.set(fd, terminal.describe());
    else drained.push(new Promise((end) => descriptors.set(fd, pipeTo(kernel, stream, end))));
  }
  return { descriptors, terminal, drained: Promise.all(drained) };
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
