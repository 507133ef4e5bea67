/** A terminal whose master the machine's host has: its keyboard types, its screen shows. */
import { O_RDWR } from '../abi/fcntl.js';
import { DISABLED } from '../abi/termios.js';
import type { Kernel } from '../kernel.js';
import type { PseudoTerminal, WindowSize } from './pseudo-terminal.js';
import type { Terminal, TerminalNumber } from './terminal.js';
import { Termios } from './termios.js';

/** What is handed to the screen at once. */
const SCREENFUL = 16384;

/** What the host does of its part. */
export interface Console {
  /** The screen gets a copy of its own; false asks for no more until `resume`. */
  show(bytes: Uint8Array): boolean;
  /** All that the keyboard has typed is taken: it may go on. */
  taken?(): void;
}

export class HostTerminal {
  readonly #kernel: Kernel;
  readonly #terminal: Terminal;
  readonly #console: Console;
  readonly #buffer = new Uint8Array(SCREENFUL);
  /** Typed, and not taken yet. */
  #typed: Uint8Array[] = [];
  #paused = false;
  #scheduled = false;

  /** @throws RangeError when the machine has too many terminals */
  constructor(kernel: Kernel, console: Console) {
    const terminal = kernel.terminals.create();
    if (typeof terminal === 'number') throw new RangeError('no room for another terminal');
    this.#kernel = kernel;
    this.#terminal = terminal;
    this.#console = console;
    this.#pair.locked = false;
    this.#pair.masterReadable.add({ wake: () => this.#schedule() });
    this.#pair.masterWritable.add({ wake: () => this.#schedule() });
  }

  get #pair(): PseudoTerminal {
    return this.#terminal.pair;
  }

  get number(): TerminalNumber {
    return this.#terminal.number;
  }

  /** To start a process there. */
  get terminal(): Terminal {
    return this.#terminal;
  }

  /** A description of the slave with one reference, to hand to processes. @throws RangeError when there is no room */
  describe(): number {
    const description = this.#kernel.terminals.describeSlave(this.#terminal, O_RDWR);
    if (description < 0) throw new RangeError('no room for another open file description');
    return description;
  }

  /** Takes the bytes' ownership; false asks for no more until they are taken. */
  type(bytes: Uint8Array): boolean {
    this.#typed.push(bytes);
    this.#type();
    return this.#typed.length === 0;
  }

  /** Types a special character, such as the one at VEOF, if there is one. */
  typeSpecial(place: number): void {
    const byte = this.#pair.discipline.modes.character(place);
    if (byte !== DISABLED) this.type(Uint8Array.of(byte));
  }

  changeModes(change: (modes: Termios) => void): void {
    const modes = new Termios();
    modes.assign(this.#pair.discipline.modes);
    change(modes);
    this.#pair.setModes(modes);
  }

  resize(size: WindowSize): void {
    this.#terminal.resize(size);
  }

  /** The screen takes more. */
  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  /** The keyboard and the screen are gone. */
  hangUp(): void {
    this.#kernel.terminals.remove(this.#terminal);
  }

  /** Shows all that there is, at once. */
  flush(): void {
    while (!this.#paused && this.#pair.shown > 0) {
      const count = this.#pair.take(this.#buffer);
      this.#paused = !this.#console.show(this.#buffer.slice(0, count));
    }
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#kernel.enqueue(() => {
      this.#scheduled = false;
      this.flush();
      if (this.#typed.length === 0) return;
      this.#type();
      if (this.#typed.length === 0) this.#console.taken?.();
    });
  }

  #type(): void {
    for (let first = this.#typed[0]; first; first = this.#typed[0]) {
      const count = Math.max(0, this.#pair.type(first));
      if (count < first.length) {
        this.#typed[0] = first.subarray(count);
        return;
      }
      this.#typed.shift();
    }
  }
}
