/**
 * Echoes that wait for their turn in the output. Beside characters there are steps that depend on the column which the
 * screen will be at then: where the line begins, and how far to go back over a tab.
 */
import { ECHOCTL } from '../abi/termios.js';
import { ByteQueue } from '../file/byte-queue.js';
import { isControl } from './character-class.js';
import { BACKSPACE, type OutputProcessor, TAB, TAB_WIDTH } from './output-processing.js';
import type { Termios } from './termios.js';

/** Begins a step; doubled, it is the character itself. */
const STEP = 0xff;
const MOVE_BACK = 0x80;
const MARK_BEGINNING = 0x81;
const ERASE_TAB = 0x82;
/** In the argument of ERASE_TAB: the columns count from an earlier tab, and not from the beginning of the line. */
const FROM_TAB = 0x80;
const CARET = 0x5e;
/** What a control character is shown by, behind the caret (0 as `@`, DEL as `?`). */
const SHOWN = 0x40;

/** ECHO_COMMIT_WATERMARK of Linux: so many are shown at once, without waiting for the end of what is received. */
const BLOCK = 256;
/** ECHO_DISCARD_WATERMARK of Linux (4096 - 256 - 32): of more the oldest are lost, while the output is stopped. */
const KEPT = 3808;
/** Reprinting a whole line is the longest that is added at once: two bytes for each character. */
const LIMIT = 16384;

export class Echo {
  readonly #termios: Termios;
  readonly #output: OutputProcessor;
  readonly #queue = new ByteQueue(LIMIT);

  constructor(termios: Termios, output: OutputProcessor) {
    this.#termios = termios;
    this.#output = output;
  }

  /** A character as ECHOCTL shows it. */
  character(byte: number): void {
    if (byte === STEP) this.#queue.put(STEP);
    else if (isControl(byte) && byte !== TAB && this.#termios.local(ECHOCTL)) this.#queue.put(STEP);
    this.#queue.put(byte);
  }

  raw(byte: number): void {
    if (byte === STEP) this.#queue.put(STEP);
    this.#queue.put(byte);
  }

  moveBack(): void {
    this.#queue.put(STEP);
    this.#queue.put(MOVE_BACK);
  }

  markBeginning(): void {
    this.#queue.put(STEP);
    this.#queue.put(MARK_BEGINNING);
  }

  /** @param columns between the tab and what it is counted from. */
  eraseTab(columns: number, fromTab: boolean): void {
    this.#queue.put(STEP);
    this.#queue.put(ERASE_TAB);
    this.#queue.put((columns % TAB_WIDTH) | (fromTab ? FROM_TAB : 0));
  }

  clear(): void {
    this.#queue.truncate(0);
  }

  /** Shows what has been added, once it is much. */
  commit(): void {
    if (this.#queue.length >= BLOCK) this.show();
  }

  /** Shows as much as the output has room for; the rest waits for the next that is typed or written. */
  show(): void {
    while (this.#queue.length > 0) {
      const length = this.#showFirst();
      if (length === 0) break;
      this.#queue.drop(length);
    }
    while (this.#queue.length >= KEPT) this.#queue.drop(this.#firstLength());
  }

  #firstLength(): number {
    if (this.#queue.at(0) !== STEP) return 1;
    return this.#queue.at(1) === ERASE_TAB ? 3 : 2;
  }

  /** Bytes of the queue that are done with; 0 without room. */
  #showFirst(): number {
    const byte = this.#queue.at(0);
    const output = this.#output;
    if (byte !== STEP) return output.put(byte) ? 1 : 0;
    const step = this.#queue.at(1);
    switch (step) {
      case MOVE_BACK:
        output.back();
        return 2;
      case MARK_BEGINNING:
        output.editedColumn = output.column;
        return 2;
      case ERASE_TAB:
        return this.#eraseTab(this.#queue.at(2)) ? 3 : 0;
      case STEP:
        if (output.room === 0) return 0;
        output.raw(STEP);
        output.column++;
        return 2;
      default:
        if (output.room < 2) return 0;
        output.raw(CARET);
        output.raw(step ^ SHOWN);
        output.column += 2;
        return 2;
    }
  }

  #eraseTab(argument: number): boolean {
    const columns = (argument & FROM_TAB) !== 0 ? argument : argument + this.#output.editedColumn;
    const width = TAB_WIDTH - (columns % TAB_WIDTH);
    if (this.#output.room < width) return false;
    for (let i = 0; i < width; i++) {
      this.#output.raw(BACKSPACE);
      this.#output.back();
    }
    return true;
  }
}
