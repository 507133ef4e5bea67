/** The workers of guest processes, where the page starts them for its kernel. */
import type { ForProcessWorkers, ProcessWorkerFailure } from '../../protocol/machine.js';

/**
 * Whether a worker that starts workers may hang for ever in `new Worker`, as Firefox' do: on a busy machine one in some 25 did
 * (ESR 153, a page with nothing but two nested workers), and none of 450 that the page itself started. The thread that hangs is
 * the kernel's: nothing that could be asked tells of it beforehand.
 */
export const nestedWorkersHang = (userAgent: string): boolean => /\bFirefox\//.test(userAgent);

export class ProcessWorkers {
  readonly #failed: (failure: ProcessWorkerFailure) => void;
  readonly #idle: Worker[] = [];
  readonly #running = new Map<number, Worker>();

  /** @param failed called at most once for a worker, when its guest trapped, could not be instantiated, or its worker died. */
  constructor(failed: (failure: ProcessWorkerFailure) => void) {
    this.#failed = failed;
  }

  handle(message: ForProcessWorkers): void {
    switch (message.type) {
      case 'prepare-workers':
        while (this.#idle.length < message.count) this.#idle.push(create(message.url));
        break;
      case 'start-worker':
        this.#start(message.id, this.#idle.pop() ?? create(message.url), message.start);
        break;
      case 'end-worker':
        this.#running.get(message.id)?.terminate();
        this.#running.delete(message.id);
        break;
    }
  }

  terminate(): void {
    for (const worker of [...this.#idle, ...this.#running.values()]) worker.terminate();
    this.#idle.length = 0;
    this.#running.clear();
  }

  #start(id: number, worker: Worker, start: unknown): void {
    const fail = (message: string, signal?: number): void => {
      // What has been ended since may still have had a message on its way.
      if (this.#running.get(id) === worker)
        this.#failed({ type: 'worker-failed', id, message, ...(signal !== undefined && { signal }) });
    };
    this.#running.set(id, worker);
    worker.addEventListener('message', ({ data }: MessageEvent<Failure>) => fail(data.message, data.signal), {
      once: true,
    });
    worker.addEventListener('error', ({ message }) => fail(message || 'its worker could not be started'), {
      once: true,
    });
    worker.postMessage(start);
  }
}

/** What a process worker says. */
interface Failure {
  readonly message: string;
  readonly signal?: number;
}

const create = (url: string): Worker => new Worker(url, { type: 'module', name: 'portside process' });
