/** Process workers that the page starts, for a kernel whose own may hang as they begin (`nestedWorkersHang` in the client). */
import type { ForProcessWorkers, ProcessWorkerFailure } from '../../../protocol/machine.js';
import type { GuestWorker, GuestWorkers, ProcessStart, WorkerFailed } from '../guest-workers.js';

export class PageGuestWorkers implements GuestWorkers {
  readonly #url: string;
  readonly #tell: (message: ForProcessWorkers) => void;
  readonly #failed = new Map<number, WorkerFailed>();
  #lastId = 0;

  /** @param script the bundle of `process-worker.ts`. */
  constructor(script: URL, tell: (message: ForProcessWorkers) => void) {
    this.#url = script.href;
    this.#tell = tell;
  }

  prepare(count: number): void {
    this.#tell({ type: 'prepare-workers', url: this.#url, count });
  }

  start(start: ProcessStart, failed: WorkerFailed): GuestWorker {
    const id = ++this.#lastId;
    this.#failed.set(id, failed);
    this.#tell({ type: 'start-worker', url: this.#url, id, start });
    const end = (): void => {
      this.#failed.delete(id);
      this.#tell({ type: 'end-worker', id });
    };
    return { terminate: end, release: end };
  }

  /** The page's word on one of them. */
  failed({ id, message, signal }: ProcessWorkerFailure): void {
    const failed = this.#failed.get(id);
    this.#failed.delete(id);
    failed?.(message, signal);
  }
}
