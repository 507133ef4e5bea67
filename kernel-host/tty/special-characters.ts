/** Which bytes mean something else than themselves under the modes of a terminal. */
import {
  DISABLED,
  ECHO,
  ICRNL,
  IEXTEN,
  IGNCR,
  INLCR,
  ISIG,
  IXON,
  VEOF,
  VEOL,
  VEOL2,
  VERASE,
  VINTR,
  VKILL,
  VLNEXT,
  VQUIT,
  VREPRINT,
  VSTART,
  VSTOP,
  VSUSP,
  VWERASE,
} from '../abi/termios.js';
import { NEWLINE, RETURN } from './output-processing.js';
import type { Termios } from './termios.js';

const EDITING = [VERASE, VKILL, VEOF, VEOL];
const EXTENDED = [VWERASE, VLNEXT, VEOL2];
const SIGNALS = [VINTR, VQUIT, VSUSP];
const FLOW = [VSTART, VSTOP];

export class SpecialCharacters {
  readonly #special = new Uint8Array(256);

  has(byte: number): boolean {
    return this.#special[byte] === 1;
  }

  update(termios: Termios): void {
    const special = this.#special.fill(0);
    const add = (places: readonly number[]): void => {
      for (const place of places) special[termios.character(place)] = 1;
    };
    if (termios.input(IGNCR) || termios.input(ICRNL)) special[RETURN] = 1;
    if (termios.input(INLCR)) special[NEWLINE] = 1;
    if (termios.canonical) {
      special[NEWLINE] = 1;
      add(EDITING);
      if (termios.local(IEXTEN)) add(termios.local(ECHO) ? [...EXTENDED, VREPRINT] : EXTENDED);
    }
    if (termios.input(IXON)) add(FLOW);
    if (termios.local(ISIG)) add(SIGNALS);
    special[DISABLED] = 0;
  }
}
