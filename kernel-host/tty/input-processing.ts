/** What becomes of each byte that is typed: mapped, taken as a command, echoed, kept. */
import { SIGINT, SIGQUIT, SIGTSTP } from '../abi/signal.js';
import {
  DISABLED,
  ECHO,
  ECHOCTL,
  ECHONL,
  EXTPROC,
  ICRNL,
  IEXTEN,
  IGNCR,
  INLCR,
  ISIG,
  ISTRIP,
  IUCLC,
  IXANY,
  IXON,
  NOFLSH,
  PARMRK,
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
import { toLower } from './character-class.js';
import type { Echo } from './echo.js';
import { Eraser } from './erasing.js';
import type { FlowControl } from './flow-control.js';
import type { InputQueue } from './input-queue.js';
import type { Listener } from './line-discipline.js';
import { BACKSPACE, NEWLINE, RETURN } from './output-processing.js';
import { SpecialCharacters } from './special-characters.js';
import type { Termios } from './termios.js';

/** What PARMRK marks a byte by that could be taken for a mark. */
const MARK = 0xff;
const CARET = 0x5e;

export class InputProcessor {
  readonly #termios: Termios;
  readonly #input: InputQueue;
  readonly #echo: Echo;
  readonly #flow: FlowControl;
  readonly #listener: Listener;
  readonly #eraser: Eraser;
  readonly #special = new SpecialCharacters();
  /** The next byte is taken as it is. */
  #literal = false;

  constructor(termios: Termios, input: InputQueue, echo: Echo, flow: FlowControl, listener: Listener) {
    this.#termios = termios;
    this.#input = input;
    this.#echo = echo;
    this.#flow = flow;
    this.#listener = listener;
    this.#eraser = new Eraser(termios, input, echo);
    this.modesChanged();
  }

  modesChanged(): void {
    this.#special.update(this.#termios);
  }

  /** What was begun in the line that is edited does not go on. */
  forget(): void {
    this.#eraser.forget();
    this.#literal = false;
  }

  flush(): void {
    this.#input.clear();
    this.#eraser.forget();
    this.#listener.flushed('input');
  }

  receive(received: number): void {
    const termios = this.#termios;
    const plain = !termios.input(ISTRIP) && !(termios.input(IUCLC) && termios.local(IEXTEN));
    if (termios.local(EXTPROC) && plain) {
      this.#input.put(received);
      return;
    }
    let byte = received;
    if (termios.input(ISTRIP)) byte &= 0x7f;
    if (termios.input(IUCLC) && termios.local(IEXTEN)) byte = toLower(byte);
    if (this.#literal) {
      this.#literal = false;
      this.#receivePlain(byte);
    } else if (termios.local(EXTPROC)) this.#input.put(byte);
    else if (this.#special.has(byte)) this.#receiveSpecial(byte);
    else this.#receivePlain(byte);
  }

  #receivePlain(byte: number): void {
    this.#restartByAny();
    if (this.#termios.local(ECHO)) this.#echoInput(byte);
    this.#keep(byte);
  }

  #receiveSpecial(byte: number): void {
    if (this.#controlsFlow(byte)) return;
    const signal = this.#signalOf(byte);
    if (signal !== 0) {
      this.#interrupt(signal, byte);
      return;
    }
    this.#restartByAny();
    const mapped = this.#mapNewline(byte);
    if (mapped < 0 || (this.#termios.canonical && this.#edit(mapped))) return;
    if (this.#termios.local(ECHO)) {
      if (mapped === NEWLINE) {
        this.#eraser.finish();
        this.#echo.raw(NEWLINE);
        this.#echo.commit();
      } else this.#echoInput(mapped);
    }
    this.#keep(mapped);
  }

  #controlsFlow(byte: number): boolean {
    if (!this.#termios.input(IXON)) return false;
    if (byte === this.#termios.character(VSTART)) {
      this.#flow.start();
      this.#echo.show();
    } else if (byte === this.#termios.character(VSTOP)) this.#flow.stop();
    else return false;
    return true;
  }

  #signalOf(byte: number): number {
    const termios = this.#termios;
    if (!termios.local(ISIG)) return 0;
    if (byte === termios.character(VINTR)) return SIGINT;
    if (byte === termios.character(VQUIT)) return SIGQUIT;
    return byte === termios.character(VSUSP) ? SIGTSTP : 0;
  }

  #interrupt(signal: number, byte: number): void {
    const termios = this.#termios;
    this.#listener.signal(signal);
    if (!termios.local(NOFLSH)) {
      this.#echo.clear();
      this.#listener.flushed('output');
      this.flush();
    }
    if (termios.input(IXON)) this.#flow.start();
    if (!termios.local(ECHO)) {
      this.#echo.show();
      return;
    }
    this.#echo.character(byte);
    this.#echo.commit();
  }

  #restartByAny(): void {
    const flow = this.#flow;
    if (!flow.stopped || flow.suspended || !this.#termios.input(IXON) || !this.#termios.input(IXANY)) return;
    flow.start();
    this.#echo.show();
  }

  /** -1: ignored. */
  #mapNewline(byte: number): number {
    const termios = this.#termios;
    if (byte === RETURN) {
      if (termios.input(IGNCR)) return -1;
      return termios.input(ICRNL) ? NEWLINE : byte;
    }
    return byte === NEWLINE && termios.input(INLCR) ? RETURN : byte;
  }

  /** What canonical mode does by a character; false: it is one to keep. */
  #edit(byte: number): boolean {
    const termios = this.#termios;
    const extended = termios.local(IEXTEN);
    const erasesWord = byte === termios.character(VWERASE);
    if (byte === termios.character(VERASE)) this.#eraser.erase('character');
    else if (byte === termios.character(VKILL)) this.#eraser.erase(erasesWord ? 'word' : 'line');
    else if (extended && erasesWord) this.#eraser.erase('word');
    else if (extended && byte === termios.character(VLNEXT)) this.#takeNextLiterally();
    else if (extended && byte === termios.character(VREPRINT) && termios.local(ECHO)) this.#reprint(byte);
    else return this.#endLine(byte);
    this.#echo.commit();
    return true;
  }

  #takeNextLiterally(): void {
    this.#literal = true;
    if (!this.#termios.local(ECHO)) return;
    this.#eraser.finish();
    if (!this.#termios.local(ECHOCTL)) return;
    this.#echo.raw(CARET);
    this.#echo.raw(BACKSPACE);
  }

  #reprint(byte: number): void {
    this.#eraser.finish();
    this.#echo.character(byte);
    this.#echo.raw(NEWLINE);
    for (let at = this.#input.edited; at < this.#input.head; at++) this.#echo.character(this.#input.at(at));
  }

  #endLine(byte: number): boolean {
    const termios = this.#termios;
    if (byte === NEWLINE) {
      if (termios.local(ECHO) || termios.local(ECHONL)) this.#echo.raw(NEWLINE);
      this.#echo.commit();
      this.#input.endLine(byte);
      return true;
    }
    if (byte === termios.character(VEOF)) {
      this.#input.endLine(DISABLED);
      return true;
    }
    if (byte !== termios.character(VEOL) && !(termios.local(IEXTEN) && byte === termios.character(VEOL2))) return false;
    if (termios.local(ECHO)) this.#echoCharacter(byte);
    if (byte === MARK && termios.input(PARMRK)) this.#input.put(byte);
    this.#input.endLine(byte);
    return true;
  }

  #echoInput(byte: number): void {
    this.#eraser.finish();
    this.#echoCharacter(byte);
  }

  #echoCharacter(byte: number): void {
    if (!this.#input.editing) this.#echo.markBeginning();
    this.#echo.character(byte);
    this.#echo.commit();
  }

  #keep(byte: number): void {
    if (byte === MARK && this.#termios.input(PARMRK)) this.#input.put(byte);
    this.#input.put(byte);
  }
}
