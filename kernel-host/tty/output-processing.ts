/** What becomes of bytes that are written to a terminal: OPOST, with the column that tabs and carriage returns depend on. */
import { OCRNL, OLCUC, ONLCR, ONLRET, ONOCR, OPOST, TABDLY, XTABS } from '../abi/termios.js';
import type { ByteQueue } from '../file/byte-queue.js';
import { isContinuation, isControl, toUpper } from './character-class.js';
import type { Termios } from './termios.js';

export const BACKSPACE = 0x08;
export const TAB = 0x09;
export const NEWLINE = 0x0a;
export const RETURN = 0x0d;
const SPACE = 0x20;
export const TAB_WIDTH = 8;

export class OutputProcessor {
  readonly #termios: Termios;
  readonly #queue: ByteQueue;
  /** Nothing passes: STOP was typed, or tcflow() said so. */
  stopped = false;
  column = 0;
  /** Where the line that is edited begins on the screen. */
  editedColumn = 0;

  constructor(termios: Termios, queue: ByteQueue) {
    this.#termios = termios;
    this.#queue = queue;
  }

  get room(): number {
    return this.stopped ? 0 : this.#queue.room;
  }

  /** A byte that is not processed; there must be room. */
  raw(byte: number): void {
    this.#queue.put(byte);
  }

  /** False where there is no room. */
  put(byte: number): boolean {
    if (this.room === 0) return false;
    if (!this.#termios.output(OPOST)) {
      this.raw(byte);
      return true;
    }
    switch (byte) {
      case NEWLINE:
        return this.#newline();
      case RETURN:
        return this.#carriageReturn();
      case TAB:
        return this.#tab();
      case BACKSPACE:
        this.back();
        this.raw(byte);
        return true;
      default:
        this.raw(this.#printed(byte));
        return true;
    }
  }

  back(): void {
    if (this.column > 0) this.column--;
  }

  #printed(byte: number): number {
    if (isControl(byte)) return byte;
    const printed = this.#termios.output(OLCUC) ? toUpper(byte) : byte;
    if (!this.#termios.utf8 || !isContinuation(printed)) this.column++;
    return printed;
  }

  #newline(): boolean {
    if (this.#termios.output(ONLRET)) this.column = 0;
    if (!this.#termios.output(ONLCR)) {
      this.editedColumn = this.column;
      this.raw(NEWLINE);
      return true;
    }
    if (this.room < 2) return false;
    this.column = 0;
    this.editedColumn = 0;
    this.raw(RETURN);
    this.raw(NEWLINE);
    return true;
  }

  #carriageReturn(): boolean {
    if (this.#termios.output(ONOCR) && this.column === 0) return true;
    const becomesNewline = this.#termios.output(OCRNL);
    if (!becomesNewline || this.#termios.output(ONLRET)) {
      this.column = 0;
      this.editedColumn = 0;
    }
    this.raw(becomesNewline ? NEWLINE : RETURN);
    return true;
  }

  #tab(): boolean {
    const width = TAB_WIDTH - (this.column % TAB_WIDTH);
    const expands = (this.#termios.outputFlags & TABDLY) === XTABS;
    if (expands && this.room < width) return false;
    this.column += width;
    if (expands) for (let i = 0; i < width; i++) this.raw(SPACE);
    else this.raw(TAB);
    return true;
  }
}
