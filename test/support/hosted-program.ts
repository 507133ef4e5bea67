/** A program that its host runs by itself: a worker with the memory of its process, which makes the calls that the test says. */
import { Worker } from 'node:worker_threads';
import { workerScript } from './worker-script.js';

const SCRIPT = workerScript(
  `
  import { parentPort, workerData } from 'node:worker_threads';
  import { ProcessChannel } from '../../kernel-host/channel/process-channel.js';
  const channel = new ProcessChannel(workerData.memory, workerData.offset);
  parentPort.on('message', (values) => {
    try {
      parentPort.postMessage({ result: channel.call(...values) });
    } catch (error) {
      parentPort.postMessage({ over: error.name });
    }
  });
`,
  import.meta.dirname,
);

/** Below this is the record of its channel, and what it was told. */
const SCRATCH = 4096;
const PAGES = 4;

type Answer = { readonly result: number } | { readonly over: string };

export const newMemory = (pages = PAGES): WebAssembly.Memory =>
  new WebAssembly.Memory({ initial: pages, maximum: 1024, shared: true });

export function copyOf(memory: WebAssembly.Memory): WebAssembly.Memory {
  const copy = newMemory(memory.buffer.byteLength / 65536);
  new Uint8Array(copy.buffer).set(new Uint8Array(memory.buffer));
  return copy;
}

export class HostedProgram {
  readonly memory: WebAssembly.Memory;
  readonly #worker: Worker;
  readonly #answers: ((answer: Answer) => void)[] = [];
  #at = SCRATCH;

  private constructor(memory: WebAssembly.Memory, worker: Worker) {
    this.memory = memory;
    this.#worker = worker;
    worker.on('message', (answer: Answer) => this.#answers.shift()?.(answer));
  }

  static async start(memory: WebAssembly.Memory, offset: number): Promise<HostedProgram> {
    const worker = new Worker(await SCRIPT, { eval: true, workerData: { memory, offset } });
    return new HostedProgram(memory, worker);
  }

  /** A system call: its result, or -errno; 'ProcessOver' where there is no answer any more. */
  async call(number: number, ...values: readonly number[]): Promise<number | string> {
    const answer = await new Promise<Answer>((resolve) => {
      this.#answers.push(resolve);
      this.#worker.postMessage([number, ...values]);
    });
    return 'result' in answer ? answer.result : answer.over;
  }

  /** The address of these bytes in its memory. */
  put(content: string | Uint8Array): number {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(`${content}\0`) : content;
    const at = this.#at;
    this.bytes(at, bytes.length).set(bytes);
    this.#at = Math.ceil((at + bytes.length) / 8) * 8;
    return at;
  }

  /** The address of so many zero bytes. */
  room(length: number): number {
    return this.put(new Uint8Array(length));
  }

  words(at: number, count: number): Int32Array {
    return new Int32Array(this.memory.buffer, at, count);
  }

  bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, at, length);
  }

  text(at: number, length: number): string {
    return new TextDecoder().decode(this.bytes(at, length).slice());
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
