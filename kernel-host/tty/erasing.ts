/** Editing the line that is typed: ERASE, WERASE and KILL, and how the screen shows it (termios(3): ECHOE, ECHOK, ECHOKE, ECHOPRT). */
import { ECHO, ECHOCTL, ECHOE, ECHOK, ECHOKE, ECHOPRT, VERASE, VKILL } from '../abi/termios.js';
import { isContinuation, isControl, isWord } from './character-class.js';
import type { Echo } from './echo.js';
import type { InputQueue } from './input-queue.js';
import { BACKSPACE, NEWLINE, TAB } from './output-processing.js';
import type { Termios } from './termios.js';

export type Erasure = 'character' | 'word' | 'line';

const SPACE = 0x20;
const BACKSLASH = 0x5c;
const SLASH = 0x2f;

export class Eraser {
  readonly #termios: Termios;
  readonly #input: InputQueue;
  readonly #echo: Echo;
  /** What is erased is being printed, between `\` and `/` (ECHOPRT). */
  #printing = false;

  constructor(termios: Termios, input: InputQueue, echo: Echo) {
    this.#termios = termios;
    this.#input = input;
    this.#echo = echo;
  }

  /** Something else than an erasure is echoed next. */
  finish(): void {
    if (!this.#printing) return;
    this.#echo.raw(SLASH);
    this.#printing = false;
  }

  forget(): void {
    this.#printing = false;
  }

  erase(what: Erasure): void {
    const input = this.#input;
    const termios = this.#termios;
    if (!input.editing) return;
    if (
      what === 'line' &&
      !(termios.local(ECHO) && termios.local(ECHOK) && termios.local(ECHOKE) && termios.local(ECHOE))
    ) {
      this.#discardLine();
      return;
    }
    let inWord = false;
    while (input.editing) {
      const start = this.#lastCharacter();
      if (start < 0) break;
      const first = input.at(start);
      if (what === 'word') {
        if (isWord(first)) inWord = true;
        else if (inWord) break;
      }
      const end = input.head;
      input.retract(start);
      if (termios.local(ECHO)) this.#show(what, start, end);
      if (what === 'character') break;
    }
    if (!input.editing && termios.local(ECHO)) this.finish();
  }

  #discardLine(): void {
    this.#input.retract(this.#input.edited);
    if (!this.#termios.local(ECHO)) return;
    this.finish();
    this.#echo.character(this.#termios.character(VKILL));
    if (this.#termios.local(ECHOK)) this.#echo.raw(NEWLINE);
  }

  /** Where the last character begins; -1 where only a part of one is there (IUTF8). */
  #lastCharacter(): number {
    const input = this.#input;
    let at = input.head - 1;
    if (!this.#termios.utf8) return at;
    while (at > input.edited && isContinuation(input.at(at))) at--;
    return isContinuation(input.at(at)) ? -1 : at;
  }

  #show(what: Erasure, start: number, end: number): void {
    const echo = this.#echo;
    const first = this.#input.at(start);
    if (this.#termios.local(ECHOPRT)) {
      if (!this.#printing) echo.raw(BACKSLASH);
      this.#printing = true;
      echo.character(first);
      for (let at = start + 1; at < end; at++) {
        echo.raw(this.#input.at(at));
        echo.moveBack();
      }
    } else if (what === 'character' && !this.#termios.local(ECHOE)) {
      echo.character(this.#termios.character(VERASE));
    } else if (first === TAB) {
      this.#showTab(start);
    } else {
      const shown = this.#termios.local(ECHOCTL);
      if (isControl(first) && shown) this.#wipe();
      if (!isControl(first) || shown) this.#wipe();
    }
  }

  /** A tab is as wide as what is before it leaves: counted from the tab before it, or from the beginning of the line. */
  #showTab(tab: number): void {
    const input = this.#input;
    let columns = 0;
    for (let at = tab - 1; at >= input.edited; at--) {
      const byte = input.at(at);
      if (byte === TAB) {
        this.#echo.eraseTab(columns, true);
        return;
      }
      if (isControl(byte)) columns += this.#termios.local(ECHOCTL) ? 2 : 0;
      else if (!this.#termios.utf8 || !isContinuation(byte)) columns++;
    }
    this.#echo.eraseTab(columns, false);
  }

  #wipe(): void {
    this.#echo.raw(BACKSPACE);
    this.#echo.raw(SPACE);
    this.#echo.raw(BACKSPACE);
  }
}
