/** The targets of a part, opened one after another, closed together. */
import type { Figures } from '../figures.js';
import type { Target, TargetName } from './target.js';

interface Closable {
  close(): Promise<void>;
}

export class Targets {
  readonly all: Target[] = [];
  readonly #figures: Figures;
  readonly #closables: Closable[] = [];

  constructor(figures: Figures) {
    this.#figures = figures;
  }

  closeLater(closable: Closable): void {
    this.#closables.push(closable);
  }

  async open(open: () => Promise<Target>): Promise<Target> {
    const target = await open();
    this.all.push(target);
    this.#closables.push(target);
    return target;
  }

  /** A peer that can't be had is told of, and missing from the table. */
  openPeer(name: TargetName, open: () => Promise<Target>): Promise<void> {
    return this.tryPeer(name, () => this.open(open));
  }

  /** As `openPeer`, for what measures it as well. */
  async tryPeer(name: TargetName, measure: () => Promise<unknown>): Promise<void> {
    try {
      await measure();
    } catch (error) {
      this.#figures.note(`${name} could not be measured: ${String(error)}`);
    }
  }

  async close(): Promise<void> {
    for (const closable of this.#closables.reverse()) await closable.close();
  }
}
