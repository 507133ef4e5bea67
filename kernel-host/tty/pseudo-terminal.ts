/**
 * A pair of a master and a slave (pty(7)): what the master writes is typed on the slave's terminal, what is written there the
 * master reads. Nothing here waits: who has to is woken by the queues.
 */
import { EAGAIN, EIO } from '../abi/errno.js';
import { POLLHUP, POLLIN, POLLOUT, POLLPRI, POLLRDNORM, POLLWRNORM } from '../abi/poll.js';
import { EXTPROC, IXON, VSTART, VSTOP } from '../abi/termios.js';
import { ByteQueue } from '../file/byte-queue.js';
import { WaitQueue } from '../poll/wait-queue.js';
import { LineDiscipline, type Listener } from './line-discipline.js';
import type { Termios } from './termios.js';

/** Each way, before who writes has to wait: TTYB_DEFAULT_MEM_LIMIT of Linux. */
const CAPACITY = 65536;
/** As much as the master receives at once, and no flush takes from it again: the input of its own line discipline. */
const DELIVERED = 4095;
/** Bytes that are moved at once from what was typed to the line discipline. */
const BATCH = 1024;

/** ioctl_tty(2), packet mode. */
const TIOCPKT_DATA = 0;
const TIOCPKT_FLUSHREAD = 1;
const TIOCPKT_FLUSHWRITE = 2;
const TIOCPKT_STOP = 4;
const TIOCPKT_START = 8;
const TIOCPKT_NOSTOP = 16;
const TIOCPKT_DOSTOP = 32;
const TIOCPKT_IOCTL = 64;

/** ^Q and ^S: with others the master cannot control the flow itself. */
const USUAL_START = 0x11;
const USUAL_STOP = 0x13;

export interface WindowSize {
  readonly rows: number;
  readonly columns: number;
  readonly width: number;
  readonly height: number;
}

export class PseudoTerminal implements Listener {
  readonly discipline: LineDiscipline;
  /** Of the slave. */
  readonly readable = new WaitQueue();
  readonly writable = new WaitQueue();
  readonly masterReadable = new WaitQueue();
  readonly masterWritable = new WaitQueue();
  /** Until unlockpt(). */
  locked = true;
  size: WindowSize = { rows: 0, columns: 0, width: 0, height: 0 };
  /** The master was closed, and the terminal is gone for those who have it open. */
  hungUp = false;
  readonly #typed = new ByteQueue(CAPACITY);
  readonly #shown = new ByteQueue(CAPACITY);
  readonly #batch = new Uint8Array(BATCH);
  readonly #interrupt: (signal: number) => void;
  /** What the master has received of what is shown: not yet what comes of the bytes that are typed just now. */
  #delivered = DELIVERED;
  #packets = false;
  #status = 0;
  /** Open descriptions of the slave. */
  #slaves = 0;
  /** The last slave was closed, and none is open again. */
  #abandoned = false;

  /** @param interrupt sends a signal to the foreground process group. */
  constructor(interrupt: (signal: number) => void) {
    this.#interrupt = interrupt;
    this.discipline = new LineDiscipline(this.#shown, this);
  }

  get slaves(): number {
    return this.#slaves;
  }

  get packets(): boolean {
    return this.#packets;
  }

  set packets(on: boolean) {
    if (on && !this.#packets) this.#status = 0;
    this.#packets = on;
  }

  openSlave(): void {
    this.#slaves++;
    this.#abandoned = false;
  }

  closeSlave(): void {
    if (--this.#slaves > 0) return;
    this.#abandoned = true;
    this.#packets = false;
    this.masterReadable.wake();
    this.masterWritable.wake();
  }

  hangUp(): void {
    this.hungUp = true;
    this.readable.wake();
    this.writable.wake();
  }

  /** The master writes: the count, -EAGAIN without room. Without a slave it waits for the next one. */
  type(bytes: Uint8Array): number {
    let taken = 0;
    if (this.#typed.length === 0) taken = this.#receive(bytes);
    taken += this.#typed.append(bytes.subarray(taken));
    this.#told();
    return taken === 0 && bytes.length > 0 ? -EAGAIN : taken;
  }

  /** As if the master had typed it, ahead of what waits (TIOCSTI). */
  simulate(byte: number): void {
    this.#receive(Uint8Array.of(byte));
    this.#told();
  }

  /** The master reads: in packet mode one byte more, that tells what follows. */
  take(into: Uint8Array): number {
    if (into.length === 0) return 0;
    if (this.#packets && this.#status !== 0) {
      into[0] = this.#status;
      this.#status = 0;
      return 1;
    }
    if (this.#shown.length === 0) return this.#abandoned ? -EIO : -EAGAIN;
    let count: number;
    if (this.#packets) {
      into[0] = TIOCPKT_DATA;
      count = 1 + this.#shown.take(into.subarray(1));
    } else count = this.#shown.take(into);
    this.writable.wake();
    return count;
  }

  /** Bytes for the master to read. */
  get shown(): number {
    return this.#shown.length;
  }

  pollMaster(): number {
    let events = this.#abandoned ? POLLHUP : 0;
    if (this.#shown.length > 0) events |= POLLIN | POLLRDNORM;
    if (this.#packets && this.#status !== 0) events |= POLLPRI | POLLIN | POLLRDNORM;
    if (this.#typed.room > 0) events |= POLLOUT | POLLWRNORM;
    return events;
  }

  /** The slave reads what is there, whatever VMIN says; -EAGAIN without anything. */
  read(into: Uint8Array): number {
    if (!this.discipline.readable()) return -EAGAIN;
    const count = this.discipline.read(into);
    this.#pump();
    return count;
  }

  /** The slave writes: the count, -EAGAIN without room. */
  write(bytes: Uint8Array): number {
    const count = this.discipline.write(bytes);
    if (count > 0) this.masterReadable.wake();
    return count === 0 && bytes.length > 0 ? -EAGAIN : count;
  }

  poll(): number {
    const { discipline } = this;
    const wanted = discipline.time === 0 && discipline.minimum > 0 ? discipline.minimum : 1;
    let events = 0;
    if (discipline.readable(wanted)) events |= POLLIN | POLLRDNORM;
    if (discipline.writable) events |= POLLOUT | POLLWRNORM;
    return events;
  }

  setModes(modes: Termios): void {
    const before = this.#masterControlsFlow;
    const { discipline } = this;
    const external = discipline.modes.localFlags | modes.localFlags;
    discipline.setModes(modes);
    const after = this.#masterControlsFlow;
    if (before !== after) this.#tell(after ? TIOCPKT_DOSTOP : TIOCPKT_NOSTOP, after ? TIOCPKT_NOSTOP : TIOCPKT_DOSTOP);
    if ((external & EXTPROC) !== 0) this.#tell(TIOCPKT_IOCTL, 0);
    this.#told();
    this.readable.wake();
    this.writable.wake();
  }

  flushInput(): void {
    this.discipline.flushInput();
    this.#pump();
  }

  flushOutput(): void {
    this.flushed('output');
    this.writable.wake();
  }

  /** What the master has not received of what it could read, and its own writing that was not taken yet. */
  flushMaster(what: 'input' | 'output'): void {
    if (what === 'input') this.#shown.truncate(0);
    else this.#typed.truncate(0);
    this.writable.wake();
    this.masterWritable.wake();
  }

  send(place: typeof VSTART | typeof VSTOP): void {
    this.discipline.send(place, this.#shown);
    this.masterReadable.wake();
  }

  signal(signal: number): void {
    this.#interrupt(signal);
  }

  flow(stopped: boolean): void {
    if (stopped) this.#tell(TIOCPKT_STOP, TIOCPKT_START);
    else this.#tell(TIOCPKT_START, TIOCPKT_STOP);
    if (!stopped) this.writable.wake();
  }

  flushed(what: 'input' | 'output'): void {
    if (what === 'output') this.#shown.truncate(this.#delivered);
    this.#tell(what === 'input' ? TIOCPKT_FLUSHREAD : TIOCPKT_FLUSHWRITE, 0);
  }

  #receive(bytes: Uint8Array): number {
    this.#delivered = Math.min(DELIVERED, this.#shown.length);
    const taken = this.discipline.receive(bytes);
    this.#delivered = DELIVERED;
    return taken;
  }

  /** Moves what was typed on, as far as there is room again. */
  #pump(): void {
    while (this.#typed.length > 0) {
      const count = Math.min(this.#batch.length, this.#typed.length);
      for (let i = 0; i < count; i++) this.#batch[i] = this.#typed.at(i);
      const taken = this.#receive(this.#batch.subarray(0, count));
      this.#typed.drop(taken);
      if (taken > 0) this.masterWritable.wake();
      if (taken < count) break;
    }
    this.#told();
  }

  #told(): void {
    if (this.discipline.readable()) this.readable.wake();
    if (this.#shown.length > 0) this.masterReadable.wake();
  }

  get #masterControlsFlow(): boolean {
    const { modes } = this.discipline;
    return modes.input(IXON) && modes.character(VSTART) === USUAL_START && modes.character(VSTOP) === USUAL_STOP;
  }

  #tell(status: number, instead: number): void {
    if (!this.#packets) return;
    this.#status = (this.#status & ~instead) | status;
    this.masterReadable.wake();
  }
}
