/** The end of what each process wrote to stdout and stderr. */
import { KEPT_OUTPUT, type OutputReport } from '../../protocol/inspect.js';
import type { Watchers } from './changes.js';

/** Processes whose output is kept: those that ended are the ones that somebody wants to read. */
const KEPT_PROCESSES = 32;

interface Tail {
  readonly pieces: OutputReport[];
  length: number;
}

export class OutputTails {
  readonly #watchers: Watchers;
  /** By pid; who wrote last is last. */
  readonly #tails = new Map<number, Tail>();

  constructor(watchers: Watchers) {
    this.#watchers = watchers;
  }

  wrote(pid: number, name: string, fd: 1 | 2, text: string): void {
    if (text === '') return;
    const piece: OutputReport = {
      pid,
      name,
      fd,
      at: performance.timeOrigin + performance.now(),
      text: text.slice(-KEPT_OUTPUT),
    };
    const tail = this.#tails.get(pid) ?? { pieces: [], length: 0 };
    this.#tails.delete(pid);
    this.#tails.set(pid, tail);
    tail.pieces.push(piece);
    tail.length += piece.text.length;
    while (tail.length > KEPT_OUTPUT) tail.length -= tail.pieces.shift()?.text.length ?? 0;
    const [longestSilent] = this.#tails.keys();
    if (this.#tails.size > KEPT_PROCESSES && longestSilent !== undefined) this.#tails.delete(longestSilent);
    for (const watcher of this.#watchers) watcher.wrote(piece);
  }

  /** Oldest first. */
  all(): readonly OutputReport[] {
    return [...this.#tails.values()].flatMap(({ pieces }) => pieces).sort((a, b) => a.at - b.at);
  }
}
