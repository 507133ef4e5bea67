/** What is drawn on a machine's picture, and where the host finds it: in the memory of the process that draws. */
import { EINVAL, Errno, ESRCH } from '../abi/errno.js';
import type { Kernel } from '../kernel.js';
import type { Mapping } from '../memory/mapping.js';

export interface FramebufferGeometry {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** What a host of its own programs says when one of them draws. */
export interface FramebufferBindingInput {
  readonly pid: number;
  /** Where the picture lies in the process's memory; both 0: the process writes it, and the host keeps it. */
  readonly addr: number;
  readonly len: number;
  readonly w: number;
  readonly h: number;
  /** Bytes from one row to the next. */
  readonly stride: number;
  readonly fmt: 'BGRA32';
}

export interface FramebufferBinding extends FramebufferBindingInput {
  /** The picture of a process that writes it. */
  readonly hostBuffer: Uint8ClampedArray<ArrayBuffer> | null;
}

const BYTES_PER_PIXEL = 4;
/** What a page has room for, and programs of old ask for. */
const USUAL: FramebufferGeometry = { width: 640, height: 400 };

export class FramebufferRegistry {
  readonly #kernel: Kernel;
  readonly #bindings = new Map<number, FramebufferBinding>();
  /** Mappings of the device, and the memory that they are in. */
  readonly #mapped = new Map<Mapping, WebAssembly.Memory>();
  readonly #changed = new Set<(pid: number) => void>();
  readonly #written = new Set<(pid: number, offset: number, bytes: Uint8Array) => void>();
  /** Processes that are bound by what they map, and not by their host. */
  #settled = new Set<number>();
  #scheduled = false;
  /** Changing it is for hosts, before a program has opened the device. */
  geometry: FramebufferGeometry = USUAL;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  get stride(): number {
    return this.geometry.width * BYTES_PER_PIXEL;
  }

  /** @throws Errno ESRCH, EINVAL */
  bind(input: FramebufferBindingInput): void {
    const process = this.#kernel.processes.byPid(input.pid);
    if (!process) throw new Errno(ESRCH);
    const { addr, len, w, h, stride } = input;
    const size = process.addressSpace?.memory.buffer.byteLength ?? 0;
    const written = addr === 0 && len === 0;
    if (w <= 0 || h <= 0 || stride < w * BYTES_PER_PIXEL || (!written && (len < stride * h || addr + len > size)))
      throw new Errno(EINVAL);
    const hostBuffer = written ? new Uint8ClampedArray(stride * h) : null;
    this.#bindings.set(input.pid, { ...input, hostBuffer });
    for (const changed of this.#changed) changed(input.pid);
  }

  unbind(pid: number): void {
    if (!this.#bindings.delete(pid)) return;
    for (const changed of this.#changed) changed(pid);
  }

  get(pid: number): FramebufferBinding | undefined {
    return this.#bindings.get(pid);
  }

  list(): readonly FramebufferBinding[] {
    return [...this.#bindings.values()];
  }

  /** The process's memory has grown: views of its buffer are to be made anew. */
  rebindMemory(pid: number): void {
    if (this.#bindings.has(pid)) for (const changed of this.#changed) changed(pid);
  }

  /**
   * A process wrote to the device, at a byte of the picture. It is bound from then on, unless it is already; in one that maps the
   * picture, what it wrote is seen where it maps it.
   */
  fbWrite(pid: number, offset: number, bytes: Uint8Array): void {
    if (!this.#bindings.has(pid)) this.bind({ pid, addr: 0, len: 0, ...this.#shape() });
    this.#bindings.get(pid)?.hostBuffer?.set(bytes, offset);
    for (const written of this.#written) written(pid, offset, bytes);
  }

  /** @param changed hears of processes that began to draw, ceased to, or do it elsewhere. Returns what ends that. */
  onChange(changed: (pid: number) => void): () => void {
    this.#changed.add(changed);
    return () => this.#changed.delete(changed);
  }

  /** @param written gets a view that is valid during the call. Returns what ends that. */
  onWrite(written: (pid: number, offset: number, bytes: Uint8Array) => void): () => void {
    this.#written.add(written);
    return () => this.#written.delete(written);
  }

  attach(mapping: Mapping, memory: WebAssembly.Memory): void {
    this.#mapped.set(mapping, memory);
    this.#settleSoon();
  }

  detach(mapping: Mapping): void {
    if (this.#mapped.delete(mapping)) this.#settleSoon();
  }

  /** A process let go of the device: what it wrote is shown no more. */
  closed(pid: number): void {
    if (this.#bindings.get(pid)?.hostBuffer) this.unbind(pid);
  }

  /** Within a fork nobody has the memory yet: whose it is is looked up when that is over. */
  #settleSoon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#kernel.enqueue(() => {
      this.#scheduled = false;
      this.#settle();
    });
  }

  #settle(): void {
    const found = new Map<number, number>();
    for (const [{ start, end }, memory] of this.#mapped) {
      if (end - start < this.geometry.height * this.stride) continue;
      const owner = this.#kernel.processes.all().find(({ addressSpace }) => addressSpace?.memory === memory);
      if (owner && owner.status === null) found.set(owner.pid, start);
    }
    for (const { pid, hostBuffer, addr } of this.list())
      if (!hostBuffer && this.#settled.has(pid) && found.get(pid) !== addr) this.unbind(pid);
    for (const [pid, addr] of found) {
      const shape = this.#shape();
      if (this.#bindings.get(pid)?.addr !== addr) this.bind({ pid, addr, len: shape.stride * shape.h, ...shape });
    }
    this.#settled = new Set(found.keys());
  }

  #shape(): Pick<FramebufferBinding, 'w' | 'h' | 'stride' | 'fmt'> {
    const { width, height } = this.geometry;
    return { w: width, h: height, stride: this.stride, fmt: 'BGRA32' };
  }
}
