/** /dev/dsp (Open Sound System 4, "Audio programming"): what a program plays waits for the host to take it. 16 bits a sample. */
import { EBUSY, EINVAL, ENXIO } from '../abi/errno.js';
import { O_ACCMODE, O_RDONLY } from '../abi/fcntl.js';
import { POLLOUT, POLLWRNORM } from '../abi/poll.js';
import { ByteQueue } from '../file/byte-queue.js';
import type { Place } from '../fs/vfs.js';
import type { Kernel } from '../kernel.js';
import { KIND_KERNEL } from '../memory/layout.js';
import type { UserMemory } from '../memory/user-memory.js';
import { CharacterFile } from './character-file.js';
import { DEVICE_DSP } from './devices.js';

/** soundcard.h */
const SNDCTL_DSP_RESET = 0x5000;
const SNDCTL_DSP_SYNC = 0x5001;
const SNDCTL_DSP_SPEED = 0xc0045002;
const SNDCTL_DSP_STEREO = 0xc0045003;
const SNDCTL_DSP_GETBLKSIZE = 0xc0045004;
const SNDCTL_DSP_SETFMT = 0xc0045005;
const SNDCTL_DSP_CHANNELS = 0xc0045006;
const SNDCTL_DSP_POST = 0x5008;
const SNDCTL_DSP_SETFRAGMENT = 0xc004500a;
const SNDCTL_DSP_GETFMTS = 0x8004500b;
const SNDCTL_DSP_GETOSPACE = 0x8010500c;
const SNDCTL_DSP_NONBLOCK = 0x500e;
const SNDCTL_DSP_GETODELAY = 0x80045017;
const AFMT_S16_LE = 0x10;

const SAMPLE = 2;
/** More than a second of stereo at 48 kHz. */
const CAPACITY = 262144;
const FRAGMENT = 4096;
/** What people hear, and what sound cards do. */
const SLOWEST = 4000;
const FASTEST = 192000;
/** OSS: what a device begins with is 8 kHz, mono; programs set what they want. */
const FIRST_RATE = 8000;

class SoundFile extends CharacterFile {
  readonly seekable = false;
  readonly readable = null;
  readonly writable = null;
  readonly #sound: Sound;

  constructor(place: Place, sound: Sound) {
    super(place);
    this.#sound = sound;
  }

  /** There is no microphone. */
  read(): number {
    return -EINVAL;
  }

  write(_description: number, from: Uint8Array): number {
    this.#sound.play(from);
    return from.length;
  }

  /** A writer never waits: what nobody takes makes room for what is newer. */
  poll(): number {
    return POLLOUT | POLLWRNORM;
  }

  ioctl(_description: number, request: number, argument: number, memory: UserMemory): number {
    const sound = this.#sound;
    const answer = (value: number): number => {
      memory.setInt32(argument, value);
      return 0;
    };
    switch (request >>> 0) {
      case SNDCTL_DSP_RESET:
        sound.discard();
        return 0;
      // It is the host's affair when it plays what it took.
      case SNDCTL_DSP_SYNC:
      case SNDCTL_DSP_POST:
      case SNDCTL_DSP_NONBLOCK:
        return 0;
      case SNDCTL_DSP_SPEED:
        sound.rate = Math.max(SLOWEST, Math.min(FASTEST, memory.getInt32(argument)));
        return answer(sound.rate);
      case SNDCTL_DSP_STEREO:
        sound.channels = memory.getInt32(argument) === 0 ? 1 : 2;
        return answer(sound.channels - 1);
      case SNDCTL_DSP_CHANNELS:
        sound.channels = memory.getInt32(argument) <= 1 ? 1 : 2;
        return answer(sound.channels);
      // OSS: a format that there is not is answered with the one that is used.
      case SNDCTL_DSP_SETFMT:
      case SNDCTL_DSP_GETFMTS:
        return answer(AFMT_S16_LE);
      case SNDCTL_DSP_GETBLKSIZE:
        return answer(FRAGMENT);
      // The number and size of fragments is a wish (OSS: "may be ignored").
      case SNDCTL_DSP_SETFRAGMENT:
        memory.getInt32(argument);
        return 0;
      case SNDCTL_DSP_GETOSPACE: {
        const { view, at } = memory.struct(argument, 16);
        const room = CAPACITY - sound.pending;
        for (const [i, value] of [Math.floor(room / FRAGMENT), CAPACITY / FRAGMENT, FRAGMENT, room].entries())
          view.setInt32(at + 4 * i, value, true);
        return 0;
      }
      case SNDCTL_DSP_GETODELAY:
        return answer(sound.pending);
      default:
        return -EINVAL;
    }
  }

  override release(): void {
    super.release();
    this.#sound.closed();
  }
}

export class Sound {
  /** As a program has set them last: Hz, and 1 or 2. */
  rate = FIRST_RATE;
  #channels = 1;
  readonly #bytes = new ByteQueue(CAPACITY);
  #open = false;

  constructor(kernel: Kernel) {
    kernel.devices.register(DEVICE_DSP, (place, flags) => {
      if ((flags & O_ACCMODE) === O_RDONLY) return -ENXIO;
      // As OSS without its mixer: one program at a time.
      if (this.#open) return -EBUSY;
      const file = new SoundFile(place, this);
      this.#open = true;
      const description = kernel.descriptions.create(KIND_KERNEL, flags, 0, file);
      if (description < 0) file.release();
      return description;
    });
  }

  get channels(): number {
    return this.#channels;
  }

  /** What was written before has frames of another length: it is dropped. */
  set channels(count: number) {
    if (count !== this.#channels) this.discard();
    this.#channels = count;
  }

  /** Bytes that wait. */
  get pending(): number {
    return this.#bytes.length;
  }

  play(bytes: Uint8Array): void {
    const frame = SAMPLE * this.#channels;
    const newest = bytes.subarray(Math.max(0, bytes.length - CAPACITY));
    const excess = this.#bytes.length + newest.length - CAPACITY;
    // By whole frames, or the channels were swapped from then on.
    if (excess > 0) this.#bytes.drop(Math.min(this.#bytes.length, Math.ceil(excess / frame) * frame));
    this.#bytes.append(newest);
  }

  /** Whole frames that have waited longest; the count of bytes. */
  drain(out: Uint8Array): number {
    const frame = SAMPLE * this.#channels;
    const available = Math.min(out.length, this.#bytes.length);
    return this.#bytes.take(out.subarray(0, available - (available % frame)));
  }

  discard(): void {
    this.#bytes.truncate(0);
  }

  closed(): void {
    this.#open = false;
  }
}
