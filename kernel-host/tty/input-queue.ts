/**
 * What was typed and not read yet. In canonical mode it is lines that are complete, behind them the one that is still edited.
 * Positions count up for ever; the byte at one lies in a ring.
 */
import { DISABLED } from '../abi/termios.js';

/** N_TTY_BUF_SIZE of Linux, and MAX_CANON with it: a line has one byte less, and its end. */
const SIZE = 4096;
const MASK = SIZE - 1;

export class InputQueue {
  readonly #bytes = new Uint8Array(SIZE);
  /** 1 where a line ends: by the byte there, or, if that is DISABLED, by an end of file. */
  readonly #ends = new Uint8Array(SIZE);
  #head = 0;
  #tail = 0;
  /** Where the line that is edited begins. */
  #edited = 0;

  get length(): number {
    return this.#head - this.#tail;
  }

  get head(): number {
    return this.#head;
  }

  get edited(): number {
    return this.#edited;
  }

  get editing(): boolean {
    return this.#head !== this.#edited;
  }

  get hasLine(): boolean {
    return this.#edited !== this.#tail;
  }

  /** Bytes of complete lines, without marks of an end of file. */
  get lineBytes(): number {
    let count = this.#edited - this.#tail;
    for (let at = this.#tail; at < this.#edited; at++) if (this.#isEndOfFile(at)) count--;
    return count;
  }

  at(position: number): number {
    return this.#bytes[position & MASK] ?? 0;
  }

  /**
   * How many bytes may be received, of which each may take `each` places. A full queue without a complete line still takes one
   * in canonical mode, so that the line can be edited and ended: it replaces the last.
   */
  admit(each: number, canonical: boolean): number {
    const free = SIZE - this.length;
    const room = Math.floor((free + each - 1) / each) - 1;
    if (room > 0) return room;
    if (!canonical || this.hasLine) return 0;
    if (room < 0) this.#head--;
    return 1;
  }

  put(byte: number): void {
    this.#bytes[this.#head & MASK] = byte;
    this.#ends[this.#head & MASK] = 0;
    this.#head++;
  }

  endLine(byte: number): void {
    this.put(byte);
    this.#ends[(this.#head - 1) & MASK] = 1;
    this.#edited = this.#head;
  }

  /** Takes back what lies behind a position. */
  retract(position: number): void {
    this.#head = position;
  }

  clear(): void {
    this.#head = this.#tail = this.#edited = 0;
    this.#ends.fill(0);
  }

  /** Canonical mode begins or ends: what is there can be read; as one line from now on, if it begins. */
  changeMode(canonical: boolean): void {
    this.#ends.fill(0);
    if (!canonical || this.length === 0) {
      this.#edited = this.#tail;
      return;
    }
    this.#ends[(this.#head - 1) & MASK] = 1;
    this.#edited = this.#head;
  }

  takeBytes(into: Uint8Array): number {
    const count = Math.min(into.length, this.length);
    for (let i = 0; i < count; i++) into[i] = this.at(this.#tail + i);
    this.#tail += count;
    return count;
  }

  /** A line, or as much of it as fits; an end of file that follows directly is read with it. */
  takeLine(into: Uint8Array): number {
    let count = 0;
    while (count < into.length && this.hasLine) {
      const at = this.#tail++;
      const ends = this.#ends[at & MASK] === 1;
      if (ends && this.at(at) === DISABLED) return count;
      into[count++] = this.at(at);
      if (ends) return count;
    }
    if (into.length > 0 && this.hasLine && this.#isEndOfFile(this.#tail)) this.#tail++;
    return count;
  }

  #isEndOfFile(position: number): boolean {
    return this.#ends[position & MASK] === 1 && this.at(position) === DISABLED;
  }
}
