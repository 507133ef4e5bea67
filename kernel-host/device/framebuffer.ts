/** /dev/fb0 (Linux: fb(4), uapi/linux/fb.h): a picture that programs draw into, by mmap or by write, and the host shows. */
import { EINVAL, ENOSPC, ENOTTY } from '../abi/errno.js';
import { POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM } from '../abi/poll.js';
import type { Place } from '../fs/vfs.js';
import type { Kernel } from '../kernel.js';
import { KIND_KERNEL } from '../memory/layout.js';
import type { Backing, Mapping } from '../memory/mapping.js';
import { pageUp } from '../memory/mapping.js';
import { SharedObject } from '../memory/shared-object.js';
import type { UserMemory } from '../memory/user-memory.js';
import { CharacterFile } from './character-file.js';
import { DEVICE_FRAMEBUFFER } from './devices.js';
import { type FramebufferGeometry, FramebufferRegistry } from './framebuffer-registry.js';

const FBIOGET_VSCREENINFO = 0x4600;
const FBIOPUT_VSCREENINFO = 0x4601;
const FBIOGET_FSCREENINFO = 0x4602;
const FBIOPAN_DISPLAY = 0x4606;
const FBIOBLANK = 0x4611;
/** struct fb_var_screeninfo: 40 words. struct fb_fix_screeninfo where long has 32 bits. */
const VARIABLE_SIZE = 160;
const FIXED_SIZE = 68;
const FB_VISUAL_TRUECOLOR = 2;
/** Blue, green, red and alpha, by the byte, which is 0xAARRGGBB as a little-endian word. */
const BITS = 32;
const COLOURS: readonly (readonly [word: number, offset: number])[] = [
  [8, 16],
  [11, 8],
  [14, 0],
  [17, 24],
];
const NAME = 'Portside';

/** The picture as memory that processes map: what one draws, others that map it and who reads the device see. */
class ScreenBacking implements Backing {
  readonly object: SharedObject;
  readonly label = '/dev/fb0';
  readonly allowed;
  readonly #picture: Uint8Array;
  readonly #registry: FramebufferRegistry;

  constructor(object: SharedObject, picture: Uint8Array, registry: FramebufferRegistry) {
    this.object = object;
    this.allowed = object.allowed;
    this.#picture = picture;
    this.#registry = registry;
  }

  load(offset: number, into: Uint8Array): number {
    into.set(this.#picture.subarray(offset, offset + into.length));
    return 0;
  }

  attach(mapping: Mapping, memory: WebAssembly.Memory): void {
    this.object.attach(mapping, memory);
    // The picture begins where the device does.
    if (mapping.offset === 0) this.#registry.attach(mapping, memory);
  }

  detach(mapping: Mapping): void {
    this.object.detach(mapping);
    this.#registry.detach(mapping);
  }
}

export class Framebuffer {
  readonly registry: FramebufferRegistry;
  readonly #kernel: Kernel;
  #picture = new Uint8Array(0);
  #object: SharedObject | null = null;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.registry = new FramebufferRegistry(kernel);
    kernel.devices.register(DEVICE_FRAMEBUFFER, (place, flags) => this.#open(place, flags));
  }

  get geometry(): FramebufferGeometry {
    return this.registry.geometry;
  }

  get bytes(): number {
    return this.geometry.height * this.registry.stride;
  }

  #open(place: Place, flags: number): number {
    const file = new FramebufferFile(place, this, this.#kernel);
    const description = this.#kernel.descriptions.create(KIND_KERNEL, flags, 0, file);
    if (description < 0) file.release();
    return description;
  }

  /** Made when it is first used: 4 MB that most machines never look at. */
  get picture(): Uint8Array {
    if (this.#picture.length === 0) this.#picture = new Uint8Array(pageUp(this.bytes));
    return this.#picture;
  }

  get object(): SharedObject {
    const { picture } = this;
    this.#object ??= new SharedObject({
      size: picture.length,
      write(offset, bytes) {
        picture.set(bytes, offset);
        return bytes.length;
      },
    });
    return this.#object;
  }

  backing(): Backing {
    // What is mapped next shows what others have drawn.
    this.object.flush();
    return new ScreenBacking(this.object, this.picture, this.registry);
  }

  read(into: Uint8Array, position: number): number {
    this.#object?.flush();
    const part = this.picture.subarray(position, Math.min(position + into.length, this.bytes));
    into.set(part);
    return part.length;
  }

  write(from: Uint8Array, position: number): number {
    if (position >= this.bytes) return from.length === 0 ? 0 : -ENOSPC;
    const part = from.subarray(0, this.bytes - position);
    this.#object?.flush();
    this.picture.set(part, position);
    this.#object?.written(position, part);
    const pid = this.#kernel.current?.process.pid;
    if (pid !== undefined) this.registry.fbWrite(pid, position, part);
    return part.length;
  }
}

class FramebufferFile extends CharacterFile {
  readonly seekable = true;
  readonly readable = null;
  readonly writable = null;
  readonly #screen: Framebuffer;
  readonly #kernel: Kernel;

  constructor(place: Place, screen: Framebuffer, kernel: Kernel) {
    super(place);
    this.#screen = screen;
    this.#kernel = kernel;
  }

  read(_description: number, into: Uint8Array, position: number): number {
    return this.#screen.read(into, position);
  }

  write(_description: number, from: Uint8Array, position: number): number {
    return this.#screen.write(from, position);
  }

  poll(): number {
    return POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM;
  }

  /** fb(4): seeking to the end leads behind the picture. */
  override size(): number {
    return this.#screen.bytes;
  }

  map(): Backing {
    return this.#screen.backing();
  }

  ioctl(_description: number, request: number, argument: number, memory: UserMemory): number {
    const { geometry } = this.#screen;
    switch (request >>> 0) {
      case FBIOGET_VSCREENINFO:
        putVariable(memory, argument, geometry);
        return 0;
      case FBIOPUT_VSCREENINFO: {
        // The picture has the size that the host gave it.
        const { view, at } = memory.struct(argument, VARIABLE_SIZE);
        const word = (index: number): number => view.getUint32(at + 4 * index, true);
        if (word(0) > geometry.width || word(1) > geometry.height || word(6) !== BITS) return -EINVAL;
        putVariable(memory, argument, geometry);
        return 0;
      }
      case FBIOGET_FSCREENINFO:
        putFixed(memory, argument, this.#screen.bytes, this.#screen.registry.stride);
        return 0;
      case FBIOPAN_DISPLAY: {
        const { view, at } = memory.struct(argument, VARIABLE_SIZE);
        // Nothing lies beside what is shown.
        return view.getUint32(at + 16, true) === 0 && view.getUint32(at + 20, true) === 0 ? 0 : -EINVAL;
      }
      case FBIOBLANK:
        return argument === 0 ? 0 : -EINVAL;
      default:
        return -ENOTTY;
    }
  }

  override release(): void {
    super.release();
    this.#screen.registry.closed(this.#kernel.current?.process.pid ?? 0);
  }
}

function putVariable(memory: UserMemory, address: number, { width, height }: FramebufferGeometry): void {
  memory.bytes(address, VARIABLE_SIZE).fill(0);
  const { view, at } = memory.struct(address, VARIABLE_SIZE);
  const put = (word: number, value: number): void => view.setUint32(at + 4 * word, value, true);
  for (const [word, value] of [width, height, width, height].entries()) put(word, value);
  put(6, BITS);
  for (const [word, offset] of COLOURS) {
    put(word, offset);
    put(word + 1, 8);
  }
}

function putFixed(memory: UserMemory, address: number, length: number, stride: number): void {
  const bytes = memory.bytes(address, FIXED_SIZE).fill(0);
  bytes.set(new TextEncoder().encode(NAME));
  const { view, at } = memory.struct(address, FIXED_SIZE);
  view.setUint32(at + 20, length, true);
  view.setUint32(at + 32, FB_VISUAL_TRUECOLOR, true);
  view.setUint32(at + 44, stride, true);
}
