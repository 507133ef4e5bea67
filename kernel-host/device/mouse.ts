/** /dev/input/mice: what the host's pointer does, as a PS/2 mouse tells it (Linux: drivers/input/mousedev.c). */
import { EAGAIN, EINVAL } from '../abi/errno.js';
import { POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM } from '../abi/poll.js';
import { ByteQueue } from '../file/byte-queue.js';
import type { Place } from '../fs/vfs.js';
import type { Kernel } from '../kernel.js';
import { KIND_KERNEL } from '../memory/layout.js';
import { WaitQueue } from '../poll/wait-queue.js';
import { CharacterFile } from './character-file.js';
import { DEVICE_MICE } from './devices.js';

/** Bytes that wait for a reader: what a hand does in a few seconds. Beyond that the newest are dropped, as by mousedev. */
const CAPACITY = 4096;
/** The first byte of a frame: three buttons, a bit that is always set, the signs of the two others. */
const BUTTONS = 7;
const ALWAYS = 8;
const X_SIGN = 0x10;
const Y_SIGN = 0x20;
/** What fits into a frame (mousedev: clamp to 127). */
const FARTHEST = 127;

/** The commands that mousedev knows, beside those that are only acknowledged. */
const RESET = 0xff;
const GET_ID = 0xf2;
const GET_STATUS = 0xe9;
const ACKNOWLEDGED = 0xfa;
const SELF_TEST_PASSED = 0xaa;
const PLAIN_MOUSE = 0;
/** Stream mode, enabled; 4 counts a millimetre; 100 frames a second: what mousedev tells. */
const STATUS: readonly number[] = [0x60, 3, 200];

/** One that is open: each reader gets every frame. */
class MouseFile extends CharacterFile {
  readonly seekable = false;
  readonly readable = new WaitQueue();
  readonly writable = null;
  readonly #bytes = new ByteQueue(CAPACITY);
  readonly #closed: (file: MouseFile) => void;

  constructor(place: Place, closed: (file: MouseFile) => void) {
    super(place);
    this.#closed = closed;
  }

  push(bytes: readonly number[]): void {
    if (this.#bytes.room < bytes.length) return;
    this.#bytes.append(Uint8Array.from(bytes));
    this.readable.wake();
  }

  read(_description: number, into: Uint8Array): number {
    if (into.length === 0) return 0;
    return this.#bytes.length === 0 ? -EAGAIN : this.#bytes.take(into);
  }

  /** Commands of the PS/2 protocol, whose answers are read. */
  write(_description: number, from: Uint8Array): number {
    for (const command of from) this.push([ACKNOWLEDGED, ...answerTo(command)]);
    return from.length;
  }

  poll(): number {
    return POLLOUT | POLLWRNORM | (this.#bytes.length > 0 ? POLLIN | POLLRDNORM : 0);
  }

  ioctl(): number {
    return -EINVAL;
  }

  override release(): void {
    super.release();
    this.#closed(this);
  }
}

function answerTo(command: number): readonly number[] {
  if (command === RESET) return [SELF_TEST_PASSED, PLAIN_MOUSE];
  if (command === GET_ID) return [PLAIN_MOUSE];
  return command === GET_STATUS ? STATUS : [];
}

const clamp = (distance: number): number => Math.max(-FARTHEST, Math.min(FARTHEST, Math.trunc(distance)));

export class Mouse {
  readonly #open = new Set<MouseFile>();

  constructor(kernel: Kernel) {
    kernel.devices.register(DEVICE_MICE, (place, flags) => {
      const file = new MouseFile(place, (closed) => this.#open.delete(closed));
      const description = kernel.descriptions.create(KIND_KERNEL, flags, 0, file);
      if (description < 0) file.release();
      else this.#open.add(file);
      return description;
    });
  }

  /**
   * The pointer moved, or a button changed.
   * @param dx to the right. @param dy upwards, as PS/2 counts. Both are cut to 127 counts.
   * @param buttons those that are down: 1 left, 2 right, 4 middle.
   */
  inject(dx: number, dy: number, buttons: number): void {
    const [x, y] = [clamp(dx), clamp(dy)];
    const first = (buttons & BUTTONS) | ALWAYS | (x < 0 ? X_SIGN : 0) | (y < 0 ? Y_SIGN : 0);
    for (const file of this.#open) file.push([first, x & 0xff, y & 0xff]);
  }
}
