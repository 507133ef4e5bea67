/** The terminals of a machine, by number, and what opening a terminal device leads to. */
import { EIO, ENOSPC, ENXIO } from '../abi/errno.js';
import { O_ACCMODE, O_NOCTTY, O_RDWR, O_WRONLY } from '../abi/fcntl.js';
import { DEVICE_PTMX, DEVICE_TTY } from '../device/devices.js';
import { MountedFile } from '../file/mounted-file.js';
import { nothingMapped } from '../fs/mapped-content.js';
import type { Place } from '../fs/vfs.js';
import type { Kernel } from '../kernel.js';
import { KIND_KERNEL } from '../memory/layout.js';
import { signalGroup } from '../process/process-groups.js';
import { controlByOpening, hangUp } from './controlling-terminal.js';
import { DevPts } from './devpts.js';
import { MasterFile } from './master-file.js';
import { SlaveFile } from './slave-file.js';
import { Terminal, type TerminalNumber } from './terminal.js';

/** kernel.pty.max of Linux. */
const TERMINALS_MAX = 4096;

export class Terminals {
  readonly #kernel: Kernel;
  readonly #terminals = new Map<TerminalNumber, Terminal>();
  #devpts: DevPts | null = null;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    kernel.devices.register(DEVICE_PTMX, (place, flags) => this.openMaster(place, flags));
    kernel.devices.register(DEVICE_TTY, (place, flags) => this.#openControlling(place, flags));
  }

  /** Puts devpts at /dev/pts. @throws Errno ENOENT, EBUSY when that is no empty place for it */
  mount(): void {
    const { vfs } = this.#kernel;
    this.#devpts = new DevPts(vfs.nextDevice, this, () => this.#kernel.now());
    vfs.mount(new TextEncoder().encode('/dev/pts'), this.#devpts);
  }

  byNumber(number: number): Terminal | null {
    return this.#terminals.get(number as TerminalNumber) ?? null;
  }

  get numbers(): Iterable<TerminalNumber> {
    return this.#terminals.keys();
  }

  /** A new terminal, whose master nobody has yet; -ENOSPC. */
  create(): Terminal | number {
    let number = 0;
    while (this.#terminals.has(number as TerminalNumber)) number++;
    if (number >= TERMINALS_MAX) return -ENOSPC;
    const process = this.#kernel.current?.process;
    const { seconds, nanoseconds } = this.#kernel.now();
    const attributes = {
      uid: process?.euid ?? 0,
      gid: process?.egid ?? 0,
      atime: seconds,
      mtime: seconds,
      ctime: seconds,
      atimeNanoseconds: nanoseconds,
      mtimeNanoseconds: nanoseconds,
      ctimeNanoseconds: nanoseconds,
    };
    const terminal = new Terminal(number as TerminalNumber, attributes, (group, signal) =>
      signalGroup(this.#kernel, group, signal),
    );
    this.#terminals.set(terminal.number, terminal);
    return terminal;
  }

  /** The master is closed: its number is free again, and who has the slave has lost the terminal. */
  remove(terminal: Terminal): void {
    if (terminal.pair.hungUp) return;
    this.#terminals.delete(terminal.number);
    terminal.pair.hangUp();
    hangUp(this.#kernel, terminal);
  }

  /** By /dev/tty: the caller's own terminal. */
  #openControlling(place: Place, flags: number): number {
    const terminal = this.#kernel.current?.process.terminal;
    return terminal ? this.describeSlave(terminal, flags, place) : -ENXIO;
  }

  openMaster(place: Place, flags: number): number {
    const terminal = this.create();
    if (typeof terminal === 'number') return terminal;
    const file = new MasterFile(this.#kernel, terminal, place);
    const description = this.#kernel.descriptions.create(KIND_KERNEL, flags, 0, file);
    if (description < 0) this.remove(terminal);
    return description;
  }

  /** A new description of the slave, or -errno. */
  openSlave(terminal: Terminal, flags: number): number {
    if (terminal.pair.locked) return -EIO;
    const description = this.describeSlave(terminal, flags);
    const process = this.#kernel.current?.process;
    if (description >= 0 && process && (flags & O_NOCTTY) === 0)
      controlByOpening(terminal, process, (flags & O_ACCMODE) !== O_WRONLY);
    return description;
  }

  openDirectory(place: Place, flags: number): number {
    return this.#kernel.descriptions.create(KIND_KERNEL, flags, 0, new MountedFile(place, true, nothingMapped));
  }

  /** As `openSlave`, locked or not, and without becoming anybody's controlling terminal. */
  describeSlave(
    terminal: Terminal,
    flags: number = O_RDWR,
    place: Place | null = this.#devpts?.place(terminal) ?? null,
  ): number {
    const file = new SlaveFile(this.#kernel, terminal, place);
    const description = this.#kernel.descriptions.create(KIND_KERNEL, flags, 0, file);
    if (description >= 0) terminal.pair.openSlave();
    return description;
  }
}
