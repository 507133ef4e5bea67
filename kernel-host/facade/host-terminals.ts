/** Terminals whose masters the host has, by the number of their slaves: N of /dev/pts/N. */
import { ENXIO, Errno } from '../abi/errno.js';
import type { Kernel } from '../kernel.js';
import type { Process } from '../process/process.js';
import { controlByOpening } from '../tty/controlling-terminal.js';
import { HostTerminal } from '../tty/host-terminal.js';
import { give } from './standard-streams.js';

/** What is kept for a host that does not read, before programs have to wait. */
const MOST_KEPT = 65536;

class Screen {
  readonly terminal: HostTerminal;
  #callback: ((data: Uint8Array) => void) | null = null;
  #kept: Uint8Array[] = [];

  constructor(kernel: Kernel) {
    this.terminal = new HostTerminal(kernel, { show: (bytes) => this.#show(bytes) });
  }

  set callback(callback: (data: Uint8Array) => void) {
    this.#callback = callback;
    const kept = this.#take();
    if (kept) callback(kept);
    this.terminal.resume();
  }

  read(): Uint8Array | null {
    this.terminal.flush();
    const kept = this.#take();
    if (kept) this.terminal.resume();
    return kept;
  }

  #show(bytes: Uint8Array): boolean {
    if (this.#callback) {
      this.#callback(bytes);
      return true;
    }
    this.#kept.push(bytes);
    return this.#kept.reduce((sum, { length }) => sum + length, 0) < MOST_KEPT;
  }

  #take(): Uint8Array | null {
    const kept = this.#kept;
    this.#kept = [];
    if (kept.length === 0) return null;
    const all = new Uint8Array(kept.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const bytes of kept) {
      all.set(bytes, at);
      at += bytes.length;
    }
    return all;
  }
}

export class HostTerminals {
  readonly #kernel: Kernel;
  readonly #screens = new Map<number, Screen>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** A terminal that is the process's standard streams and its session's. @throws RangeError when there is no room for another */
  setup(process: Process): number {
    const screen = new Screen(this.#kernel);
    const { terminal } = screen;
    const description = terminal.describe();
    for (const fd of [0, 1, 2]) give(this.#kernel, process, fd, description);
    this.#kernel.descriptions.release(description);
    controlByOpening(terminal.terminal, process, true);
    this.#screens.set(terminal.number, screen);
    return terminal.number;
  }

  onOutput(index: number, callback: (data: Uint8Array) => void): void {
    this.#screen(index).callback = callback;
  }

  /** All that was not read yet; null: nothing. */
  read(index: number): Uint8Array | null {
    return this.#screen(index).read();
  }

  write(index: number, data: Uint8Array): void {
    this.#screen(index).terminal.type(data.slice());
  }

  resize(index: number, rows: number, columns: number): void {
    this.#screen(index).terminal.resize({ rows, columns, width: 0, height: 0 });
  }

  /** @throws Errno ENXIO */
  #screen(index: number): Screen {
    const screen = this.#screens.get(index);
    if (!screen) throw new Errno(ENXIO);
    return screen;
  }
}
