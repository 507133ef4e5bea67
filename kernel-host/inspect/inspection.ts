/**
 * Watching a machine from outside: its requests, its processes and their output. The kernel holds the records, because it
 * outlives the service worker; inspector pages come and go.
 */
import type { Kernel } from '../kernel.js';
import type { Watcher } from './changes.js';
import { ExchangeLog } from './exchange-log.js';
import { Inspector, type InspectorPort } from './inspector.js';
import { OutputTails } from './output-tails.js';
import { takeSnapshot } from './snapshot.js';

/** Pages at a time. One that crashed says no goodbye, and its place is wanted some day: the one that came first goes. */
const MOST_INSPECTORS = 8;

export class Inspection {
  readonly #kernel: Kernel;
  readonly #inspectors = new Set<Inspector & Watcher>();
  readonly exchanges = new ExchangeLog(this.#inspectors);
  readonly output = new OutputTails(this.#inspectors);

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Serves a port that speaks `protocol/inspect.ts`. */
  attach(port: InspectorPort): void {
    const [first] = this.#inspectors;
    if (first && this.#inspectors.size >= MOST_INSPECTORS) first.close();
    const inspector = new Inspector(port, {
      everything: () => ({ requests: this.exchanges.all(), output: this.output.all() }),
      snapshot: () => takeSnapshot(this.#kernel),
      enqueue: this.#kernel.enqueue,
      closed: (closed) => this.#inspectors.delete(closed),
    });
    this.#inspectors.add(inspector);
  }
}
