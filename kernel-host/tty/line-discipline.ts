/**
 * The line discipline of a terminal (termios(3), POSIX chapter 11): what is typed is edited, echoed and kept for readers; what
 * is written is processed on its way to the screen. It knows no process, no descriptor and no clock. Where POSIX leaves
 * things open, it does as Linux' N_TTY.
 */
import {
  DISABLED,
  ECHO,
  ECHONL,
  EXTPROC,
  ICANON,
  IXON,
  OPOST,
  PARMRK,
  VEOF,
  VMIN,
  type VSTART,
  type VSTOP,
  VTIME,
} from '../abi/termios.js';
import type { ByteQueue } from '../file/byte-queue.js';
import { Echo } from './echo.js';
import { FlowControl } from './flow-control.js';
import { InputProcessor } from './input-processing.js';
import { InputQueue } from './input-queue.js';
import { OutputProcessor } from './output-processing.js';
import { Termios } from './termios.js';

/** Who hears of what the discipline finds. */
export interface Listener {
  /** A character of ISIG: the signal is for the terminal's foreground process group. */
  signal(signal: number): void;
  /** The output was stopped, or goes on. */
  flow(stopped: boolean): void;
  flushed(what: 'input' | 'output'): void;
}

export class LineDiscipline {
  readonly #termios = new Termios();
  readonly #input = new InputQueue();
  readonly #output: OutputProcessor;
  readonly #echo: Echo;
  readonly #flow: FlowControl;
  readonly #processor: InputProcessor;

  /** @param screen gets what is to be shown. */
  constructor(screen: ByteQueue, listener: Listener) {
    this.#output = new OutputProcessor(this.#termios, screen);
    this.#echo = new Echo(this.#termios, this.#output);
    this.#flow = new FlowControl(this.#output, listener);
    this.#processor = new InputProcessor(this.#termios, this.#input, this.#echo, this.#flow, listener);
  }

  /** To look at: `setModes` changes them. */
  get modes(): Termios {
    return this.#termios;
  }

  /** Whether a read gives a line, and not so many bytes. */
  get readsLines(): boolean {
    return this.#termios.canonical && !this.#termios.local(EXTPROC);
  }

  /** Whether a read has something to give: a line, or so many bytes. */
  readable(bytes = 1): boolean {
    return this.readsLines ? this.#input.hasLine : this.#input.length >= bytes;
  }

  /** Bytes that a reader of lines, or of bytes, could get now. */
  get available(): number {
    return this.readsLines ? this.#input.lineBytes : this.#input.length;
  }

  get writable(): boolean {
    return this.#output.room > 0;
  }

  get stopped(): boolean {
    return this.#output.stopped;
  }

  setModes(modes: Termios): void {
    const termios = this.#termios;
    const changed = termios.localFlags ^ modes.localFlags;
    const endsFlowControl = termios.input(IXON) && !modes.input(IXON);
    termios.assign(modes);
    if ((changed & (ICANON | EXTPROC)) !== 0) {
      this.#input.changeMode(termios.canonical);
      this.#processor.forget();
    }
    this.#processor.modesChanged();
    // Nobody could start it any more by typing.
    if (endsFlowControl) {
      this.#flow.start();
      this.#echo.show();
    }
  }

  /** Takes what was typed; the count: less than all of it where the input is full. */
  receive(bytes: Uint8Array): number {
    let taken = 0;
    while (taken < bytes.length) {
      const room = this.#input.admit(this.#termios.input(PARMRK) ? 3 : 1, this.#termios.canonical);
      const end = Math.min(bytes.length, taken + room);
      if (end === taken) break;
      for (; taken < end; taken++) this.#processor.receive(bytes[taken] ?? 0);
      if (this.#termios.local(ECHO) || this.#termios.local(ECHONL)) this.#echo.show();
    }
    return taken;
  }

  /** A line or bytes; 0 is an end of file. There must be something to read. */
  read(into: Uint8Array): number {
    if (this.readsLines) return this.#input.takeLine(into);
    const count = this.#input.takeBytes(into);
    // With EXTPROC, who sends lines sends the end of file as it is typed.
    const alone = count === 1 && this.#input.length === 0;
    return alone && this.#termios.canonical && into[0] === this.#termios.character(VEOF) ? 0 : count;
  }

  /** Shows what was written; the count that there was room for. */
  write(bytes: Uint8Array): number {
    this.#echo.show();
    let done = 0;
    if (!this.#termios.output(OPOST))
      for (; done < bytes.length && this.#output.room > 0; done++) this.#output.raw(bytes[done] ?? 0);
    else while (done < bytes.length && this.#output.put(bytes[done] ?? 0)) done++;
    return done;
  }

  flushInput(): void {
    this.#processor.flush();
  }

  /** tcflow(): TCOOFF and TCOON. */
  suspend(suspended: boolean): void {
    this.#flow.suspend(suspended);
  }

  /**
   * tcflow(): TCIOFF and TCION, which send a character past all that waits, but not past TCOOFF; nothing where it is
   * switched off.
   */
  send(place: typeof VSTART | typeof VSTOP, screen: ByteQueue): void {
    const byte = this.#termios.character(place);
    if (byte === DISABLED) return;
    const { stopped } = this.#flow;
    if (stopped) this.#flow.start();
    if (!this.#flow.stopped && screen.room > 0) screen.put(byte);
    if (stopped) this.#flow.stop();
  }

  /** VMIN and VTIME as a reader of bytes is to heed them; VTIME in tenths of a second. */
  get minimum(): number {
    return this.#termios.character(VMIN);
  }

  get time(): number {
    return this.#termios.character(VTIME);
  }
}
