/**
 * The addresses of a posix program: its own data, the heap that brk moves, and mappings. Memory only grows, so that what
 * is unmapped is used again; it is made zero then, but for what no mapping has covered before.
 */
import { EEXIST, EFAULT, EINVAL, ENOMEM, Errno } from '../abi/errno.js';
import { MAP_FIXED, MAP_FIXED_NOREPLACE, MREMAP_MAYMOVE, PAGE_SIZE } from '../abi/memory.js';
import { WASM_PAGE } from './kernel-memory.js';

/** Addresses kept for the heap before the first mapping. A program that moves its break further is refused, and maps memory. */
const HEAP_ROOM = 8 * 1024 * 1024;
/**
 * A block of this size is likely to grow in place (PHP extends its strings by mremap, then by mmap with the end as a hint: without
 * room behind them, building one is quadratic): as much as its size is left free behind it while there is enough.
 */
const LARGE = 1024 * 1024;
const MOST_ROOM = 64 * 1024 * 1024;

interface Mapping {
  start: number;
  end: number;
  /** Bytes behind it that others leave free. */
  room: number;
}

const roomBehind = (size: number): number => (size >= LARGE ? Math.min(size, MOST_ROOM) : 0);

const pageUp = (bytes: number): number => Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE;

/** @throws Errno EINVAL */
function checkAligned(address: number): void {
  if (address % PAGE_SIZE !== 0) throw new Errno(EINVAL);
}

export class AddressSpace {
  readonly #memory: WebAssembly.Memory;
  readonly #maximum: number;
  /** Where the heap begins: behind what the program was linked with. */
  readonly #heap: number;
  #break: number;
  /** Disjoint, by address. */
  #mappings: Mapping[] = [];
  /** No mapping was ever above it, so that memory is zero there. */
  #touched: number;

  /** @param maximum length of the memory in bytes, which it was created with. */
  constructor(memory: WebAssembly.Memory, maximum: number) {
    this.#memory = memory;
    this.#maximum = maximum;
    this.#heap = memory.buffer.byteLength;
    this.#break = this.#heap;
    this.#touched = this.#heap;
  }

  /** brk(2) as the system call has it: the break, moved or not. */
  brk(wanted: number): number {
    if (wanted < this.#heap || wanted > this.#limit) return this.#break;
    const first = this.#mappings[0]?.start ?? this.#maximum;
    if (pageUp(wanted) > first || !this.#grow(wanted)) return this.#break;
    if (wanted < this.#break) this.#clear(wanted, this.#break);
    // Where the heap goes beyond its room, there may have been a mapping.
    else this.#clear(Math.max(this.#break, this.#heap + HEAP_ROOM), Math.min(wanted, this.#touched));
    this.#touched = Math.max(this.#touched, wanted);
    this.#break = wanted;
    return wanted;
  }

  /** Anonymous memory: its address. @throws Errno EINVAL, ENOMEM, EEXIST */
  map(hint: number, length: number, flags: number): number {
    if (length === 0) throw new Errno(EINVAL);
    const size = pageUp(length);
    if ((flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) !== 0) {
      checkAligned(hint);
      if (hint < this.#floor || hint + size > this.#maximum) throw new Errno(ENOMEM);
      if ((flags & MAP_FIXED_NOREPLACE) !== 0 && !this.#free(hint, size)) throw new Errno(EEXIST);
      if (!this.#grow(hint + size)) throw new Errno(ENOMEM);
      this.#remove(hint, hint + size);
      return this.#add(hint, size);
    }
    const wanted = pageUp(hint);
    const start = wanted >= this.#floor && this.#free(wanted, size) ? wanted : this.#find(size);
    if (!this.#grow(start + size)) throw new Errno(ENOMEM);
    return this.#add(start, size);
  }

  /** @throws Errno EINVAL */
  unmap(address: number, length: number): void {
    checkAligned(address);
    if (length === 0 || address + pageUp(length) > 2 ** 32) throw new Errno(EINVAL);
    this.#remove(address, address + pageUp(length));
  }

  /** mremap(2): in place where it can be. @throws Errno EINVAL, EFAULT, ENOMEM */
  remap(address: number, oldLength: number, newLength: number, flags: number): number {
    checkAligned(address);
    if (newLength === 0 || oldLength === 0 || (flags & ~MREMAP_MAYMOVE) !== 0) throw new Errno(EINVAL);
    const [from, to] = [address + pageUp(oldLength), address + pageUp(newLength)];
    if (!this.covers(address, from - address)) throw new Errno(EFAULT);
    if (to <= from) {
      if (to < from) this.#remove(to, from);
      return address;
    }
    if (this.#free(from, to - from) && this.#grow(to)) {
      this.#add(from, to - from, to - address);
      return address;
    }
    if ((flags & MREMAP_MAYMOVE) === 0) throw new Errno(ENOMEM);
    const moved = this.map(0, to - address, 0);
    new Uint8Array(this.#memory.buffer).copyWithin(moved, address, from);
    this.#remove(address, from);
    return moved;
  }

  /** Whether all of it is mapped, or the program's own. */
  covers(address: number, length: number): boolean {
    const end = address + length;
    let at = address < this.#break ? Math.max(address, pageUp(this.#break)) : address;
    for (const { start, end: upTo } of this.#mappings) if (start <= at && upTo > at) at = upTo;
    return at >= end;
  }

  /** Makes mapped memory zero again (MADV_DONTNEED). */
  discard(address: number, length: number): void {
    this.#clear(address, Math.min(address + length, this.#memory.buffer.byteLength));
  }

  /** Lowest address of a mapping. */
  get #floor(): number {
    return Math.max(this.#heap + HEAP_ROOM, pageUp(this.#break));
  }

  get #limit(): number {
    return Math.min(this.#maximum, 2 ** 32 - PAGE_SIZE);
  }

  #free(start: number, size: number): boolean {
    const end = start + size;
    if (start < pageUp(this.#break) || end > this.#limit) return false;
    return this.#mappings.every((mapping) => mapping.end <= start || mapping.start >= end);
  }

  /** @throws Errno ENOMEM */
  #find(size: number): number {
    const start = this.#hole(size, true) ?? this.#hole(size, false);
    if (start === null) throw new Errno(ENOMEM);
    return start;
  }

  /** The lowest place that fits, or null. @param roomy leaves the room behind large blocks to them. */
  #hole(size: number, roomy: boolean): number | null {
    let at = this.#floor;
    for (const { start, end, room } of this.#mappings) {
      if (start - at >= size) return at;
      at = Math.max(at, end + (roomy ? room : 0));
    }
    return this.#limit - at >= size ? at : null;
  }

  /** @param block the size of what ends with it. */
  #add(start: number, size: number, block = size): number {
    const end = start + size;
    if (start < this.#touched) this.#clear(start, Math.min(end, this.#touched));
    this.#touched = Math.max(this.#touched, end);
    const index = this.#mappings.findIndex((mapping) => mapping.start >= end);
    const at = index < 0 ? this.#mappings.length : index;
    const [before, after] = [this.#mappings[at - 1], this.#mappings[at]];
    if (before?.end === start) {
      before.end = end;
      before.room = roomBehind(block);
      if (after?.start !== end) return start;
      before.end = after.end;
      before.room = after.room;
      this.#mappings.splice(at, 1);
    } else if (after?.start === end) after.start = start;
    else this.#mappings.splice(at, 0, { start, end, room: roomBehind(block) });
    return start;
  }

  #remove(start: number, end: number): void {
    this.#mappings = this.#mappings.flatMap((mapping) => {
      if (mapping.end <= start || mapping.start >= end) return [mapping];
      return [
        { start: mapping.start, end: start, room: 0 },
        { start: end, end: mapping.end, room: mapping.room },
      ].filter((rest) => rest.end > rest.start);
    });
  }

  /** Makes memory reach up to `end`; false when it cannot. */
  #grow(end: number): boolean {
    const missing = end - this.#memory.buffer.byteLength;
    if (missing <= 0) return true;
    if (end > this.#maximum) return false;
    try {
      this.#memory.grow(Math.ceil(missing / WASM_PAGE));
    } catch {
      return false;
    }
    return true;
  }

  #clear(start: number, end: number): void {
    if (end > start) new Uint8Array(this.#memory.buffer).fill(0, start, end);
  }
}
