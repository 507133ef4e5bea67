/** This process's terminal as a guest's: every key goes to the guest, whose own line discipline edits and echoes. */
import { spawnSync } from 'node:child_process';
import { WriteStream } from 'node:tty';
import { IUTF8, ONLCR, VEOF } from '../../abi/termios.js';
import type { Kernel } from '../../kernel.js';
import { HostTerminal } from '../../tty/host-terminal.js';
import type { Terminal } from '../../tty/terminal.js';

/** Where the terminal does not tell its size. */
const ROWS = 24;
const COLUMNS = 80;

export class NodeTerminal {
  readonly #terminal: HostTerminal;
  readonly #types: boolean;
  readonly #output = outputOf();
  #closed = false;
  readonly #listeners: readonly (() => void)[];

  /** @param types this process's input is typed there. */
  constructor(kernel: Kernel, types: boolean) {
    this.#types = types;
    const output = this.#output;
    const terminal = new HostTerminal(kernel, {
      show: (bytes) => output.write(bytes),
      taken: () => {
        if (!this.#closed) process.stdin.resume();
      },
    });
    this.#terminal = terminal;
    terminal.changeModes((modes) => {
      modes.inputFlags |= IUTF8;
      // A terminal whose keyboard is not ours stays in its own modes, and does that itself.
      if (!types) modes.outputFlags &= ~ONLCR;
    });
    const resized = (): void => {
      const [rows, columns] = output instanceof WriteStream ? [output.rows, output.columns] : [ROWS, COLUMNS];
      terminal.resize({ rows, columns, width: 0, height: 0 });
    };
    resized();
    const drained = (): void => terminal.resume();
    const gone = (): void => terminal.hangUp();
    output.on('resize', resized).on('drain', drained).on('error', gone);
    this.#listeners = [() => output.off('resize', resized).off('drain', drained).off('error', gone)];
    if (types) this.#listeners = [...this.#listeners, this.#readKeys()];
  }

  describe(): number {
    return this.#terminal.describe();
  }

  get terminal(): Terminal {
    return this.#terminal.terminal;
  }

  hangUp(): void {
    this.#terminal.hangUp();
  }

  /** Shows what was written last, and leaves the terminal as it was found. */
  close(): void {
    this.#closed = true;
    this.#terminal.flush();
    for (const stop of this.#listeners) stop();
    if (this.#types && process.stdin.isTTY) process.stdin.setRawMode(false);
  }

  /** Returns what ends that. */
  #readKeys(): () => void {
    const { stdin } = process;
    const typed = (chunk: Buffer): void => {
      if (!this.#terminal.type(chunk)) stdin.pause();
    };
    const ended = (): void => {
      // A terminal that is no more has hung up; a file that was typed has ended.
      if (stdin.isTTY) this.#terminal.hangUp();
      else this.#terminal.typeSpecial(VEOF);
    };
    const grab = (): void => {
      if (!stdin.isTTY) return;
      stdin.setRawMode(false);
      stdin.setRawMode(true);
      passOutputAsItIs();
    };
    grab();
    // Whoever stopped this process had the terminal meanwhile, in its own modes.
    process.on('SIGCONT', grab);
    stdin.on('data', typed).on('end', ended).on('error', ended);
    return () => {
      process.off('SIGCONT', grab);
      stdin.off('data', typed).off('end', ended).off('error', ended);
    };
  }
}

/**
 * Node's raw mode still puts a carriage return before each newline (libuv: UV_TTY_MODE_RAW). Leaving raw mode restores this, too.
 * Where there is no stty, a program that goes straight down the screen ends up at its left.
 */
function passOutputAsItIs(): void {
  spawnSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'] });
}

/** Whichever of the output streams leads to the terminal; else the input does. */
function outputOf(): NodeJS.WriteStream | WriteStream {
  if (process.stdout.isTTY || !(process.stderr.isTTY || process.stdin.isTTY)) return process.stdout;
  return process.stderr.isTTY ? process.stderr : new WriteStream(0);
}
