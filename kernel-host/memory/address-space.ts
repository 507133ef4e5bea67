/**
 * The addresses of a posix program: its own data, the heap that brk moves, and mappings. Memory only grows, so that what
 * is unmapped is used again; it is made zero then, but for what no mapping has covered before.
 */
import { EACCES, EEXIST, EFAULT, EINVAL, ENOMEM, Errno } from '../abi/errno.js';
import { MAP_FIXED, MAP_FIXED_NOREPLACE, MREMAP_MAYMOVE, PAGE_SIZE, PROT_READ, PROT_WRITE } from '../abi/memory.js';
import { AddressBounds, type Confinement, HEAP_ROOM } from './address-bounds.js';
import { WASM_PAGE } from './kernel-memory.js';
import { type Backing, type Mapping, Mappings, pageUp } from './mapping.js';
import type { ProgramMemories } from './program-memories.js';
import type { SharedObject } from './shared-object.js';

/**
 * A block of this size is likely to grow in place (PHP extends its strings by mremap, then by mmap with the end as a hint: without
 * room behind them, building one is quadratic): as much as its size is left free behind it while there is enough.
 */
const LARGE = 1024 * 1024;
const MOST_ROOM = 64 * 1024 * 1024;

const roomBehind = (size: number): number => (size >= LARGE ? Math.min(size, MOST_ROOM) : 0);

/** @throws Errno EINVAL */
function checkAligned(address: number): void {
  if (address % PAGE_SIZE !== 0) throw new Errno(EINVAL);
}

export class AddressSpace {
  readonly memory: WebAssembly.Memory;
  /** A thread of it was stopped from outside, and may go on for a while: nobody else can have the memory. */
  haunted = false;
  readonly #maximum: number;
  #bounds: AddressBounds;
  #break: number;
  readonly #mappings: Mappings;
  /** mlockall(2): what is mapped from now on is locked. */
  locksNew = false;
  /** What others may map as well. */
  #shared: ReadonlySet<SharedObject> = new Set();
  /** No mapping was ever above it, so that memory is zero there. */
  #touched: number;

  /**
   * @param maximum length of the memory in bytes, which it was created with.
   * @param heap where the heap begins.
   */
  constructor(memory: WebAssembly.Memory, maximum: number, heap = memory.buffer.byteLength) {
    this.memory = memory;
    this.#maximum = maximum;
    // The heap begins behind what the program was linked with.
    this.#bounds = new AddressBounds(maximum, heap);
    this.#break = heap;
    this.#touched = heap;
    this.#mappings = new Mappings(memory);
  }

  /** A copy for a child (POSIX fork()): what is shared stays so. @throws RangeError when there is no room */
  fork(memories: ProgramMemories): AddressSpace {
    this.synchronize();
    const { memory } = this;
    const used = { start: 0, end: Math.min(pageUp(this.#break), memory.buffer.byteLength) };
    const copy = memories.copy(memory, this.#maximum / WASM_PAGE, [used, ...this.#mappings.all]);
    const child = new AddressSpace(copy, this.#maximum, this.#heap);
    child.#bounds = this.#bounds;
    child.#break = this.#break;
    child.#touched = this.#touched;
    // POSIX mlock(): a child's memory is not locked.
    for (const mapping of this.#mappings.all) child.#mappings.insert({ ...mapping, locked: false });
    child.#shared = child.#mappings.shared();
    return child;
  }

  /** As its host wants it from now on; false when that cannot be. */
  confine(choice: Confinement): boolean {
    const bounds = this.#bounds.confined(choice, this.#break);
    if (!bounds) return false;
    this.#bounds = bounds;
    if (choice.heap !== undefined) {
      this.#break = choice.heap;
      this.#touched = Math.max(this.#touched, choice.heap);
    }
    return true;
  }

  /** Whether other processes may see what it writes somewhere. */
  get shares(): boolean {
    return this.#shared.size > 0;
  }

  /** Where the heap begins, and the break. */
  get heap(): { readonly start: number; readonly end: number } {
    return { start: this.#heap, end: this.#break };
  }

  /** By address. */
  get mappings(): readonly Mapping[] {
    return this.#mappings.all;
  }

  /** Bytes that the program was linked with, that are mapped, and of its heap. */
  get size(): number {
    return pageUp(this.#break) + this.#mappings.size;
  }

  /** Bytes of its heap and of mappings that nobody else sees. */
  get ownSize(): number {
    const own = this.mappings.filter(({ backing }) => !backing?.object);
    return own.reduce((size, { start, end }) => size + end - start, this.#break - this.#heap);
  }

  /** What it wrote to memory that it shares is seen by the others from now on, and what they wrote is seen by it. */
  synchronize(): void {
    for (const object of this.#shared) object.synchronize();
  }

  /** Its process is over. */
  release(memories: ProgramMemories): void {
    this.#mappings.remove(0, 2 ** 32);
    this.#shared = new Set();
    if (!this.haunted) memories.give(this.memory, this.#maximum / WASM_PAGE);
  }

  /** brk(2) as the system call has it: the break, moved or not. */
  brk(wanted: number): number {
    if (wanted < this.#heap || wanted > this.#bounds.breakLimit) return this.#break;
    const first = this.#mappings.all[0]?.start ?? this.#maximum;
    if (pageUp(wanted) > first || !this.#grow(wanted)) return this.#break;
    if (wanted < this.#break) this.#clear(wanted, this.#break);
    // Where the heap goes beyond its room, there may have been a mapping.
    else this.#clear(Math.max(this.#break, this.#heap + HEAP_ROOM), Math.min(wanted, this.#touched));
    this.#touched = Math.max(this.#touched, wanted);
    this.#break = wanted;
    return wanted;
  }

  /** Private memory, zero: its address. @throws Errno EINVAL, ENOMEM, EEXIST */
  map(hint: number, length: number, flags: number, protection = PROT_READ | PROT_WRITE): number {
    if (length === 0) throw new Errno(EINVAL);
    const size = pageUp(length);
    if ((flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) !== 0) {
      checkAligned(hint);
      if (hint < this.#floor || hint + size > this.#limit) throw new Errno(ENOMEM);
      if ((flags & MAP_FIXED_NOREPLACE) !== 0 && !this.#free(hint, size)) throw new Errno(EEXIST);
      if (!this.#grow(hint + size)) throw new Errno(ENOMEM);
      this.#remove(hint, hint + size);
      return this.#add(hint, size, protection);
    }
    const wanted = pageUp(hint);
    const start = wanted >= this.#floor && this.#free(wanted, size) ? wanted : this.#find(size);
    if (!this.#grow(start + size)) throw new Errno(ENOMEM);
    return this.#add(start, size, protection);
  }

  /** Mapped memory that holds the bytes from `offset` on of what is to be seen there shows that from now on. */
  back(address: number, length: number, backing: Backing, offset: number): void {
    this.#mappings.back(address, address + pageUp(length), backing, offset);
    this.#shared = this.#mappings.shared();
  }

  /** The mapping of a page, or null. */
  mappingAt(address: number): Mapping | null {
    return this.#mappings.all.find(({ start, end }) => start <= address && address < end) ?? null;
  }

  /** What an address shows that others may see as well, and where in it; null for memory of its own. */
  sharedAt(address: number): { readonly object: SharedObject; readonly offset: number } | null {
    if (this.#shared.size === 0) return null;
    const mapping = this.mappingAt(address);
    const object = mapping?.backing?.object;
    return mapping && object ? { object, offset: mapping.offset + address - mapping.start } : null;
  }

  /** What is shared between two addresses. */
  sharedWithin(address: number, length: number): ReadonlySet<SharedObject> {
    return this.#mappings.shared(address, address + length);
  }

  /** mprotect(2), for pages that are mapped. @throws Errno EACCES, with nothing changed */
  protect(address: number, length: number, protection: number): void {
    const end = address + pageUp(length);
    for (const { backing } of this.#mappings.within(address, end))
      if (backing && (protection & ~backing.allowed) !== 0) throw new Errno(EACCES);
    this.#mappings.change(address, end, { protection });
  }

  lock(start: number, end: number, locked: boolean): void {
    this.#mappings.change(start, end, { locked });
  }

  /** Bytes that are locked between two addresses. */
  lockedSize(start = 0, end = 2 ** 32): number {
    const locked = this.#mappings.within(start, end).filter(({ locked }) => locked);
    return locked.reduce((size, { start, end }) => size + end - start, 0);
  }

  /** @throws Errno EINVAL */
  unmap(address: number, length: number): void {
    checkAligned(address);
    if (length === 0 || address + pageUp(length) > 2 ** 32) throw new Errno(EINVAL);
    this.#remove(address, address + pageUp(length));
  }

  /** Unmaps whatever shows this. */
  detach(backing: Backing): void {
    for (const mapping of this.#mappings.all) if (mapping.backing === backing) this.#remove(mapping.start, mapping.end);
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
    const mapping = this.mappingAt(address);
    if (mapping && mapping.end < from) throw new Errno(EFAULT);
    const { backing = null, protection = PROT_READ | PROT_WRITE } = mapping ?? {};
    const offset = mapping ? mapping.offset + address - mapping.start : 0;
    if (this.#free(from, to - from) && this.#grow(to)) {
      this.#add(from, to - from, protection, to - address);
      if (backing) this.#extend(from, to, backing, offset + from - address);
      return address;
    }
    if ((flags & MREMAP_MAYMOVE) === 0) throw new Errno(ENOMEM);
    const moved = this.map(0, to - address, 0, protection);
    new Uint8Array(this.memory.buffer).copyWithin(moved, address, from);
    if (backing) {
      this.back(moved, from - address, backing, offset);
      this.#extend(moved + from - address, moved + to - address, backing, offset + from - address);
    }
    this.#remove(address, from);
    return moved;
  }

  /** Whether all of it is mapped, or the program's own. */
  covers(address: number, length: number): boolean {
    const end = address + length;
    let at = address < this.#break ? Math.max(address, pageUp(this.#break)) : address;
    for (const { start, end: upTo } of this.#mappings.all) if (start <= at && upTo > at) at = upTo;
    return at >= end;
  }

  /** Makes mapped memory zero again (MADV_DONTNEED). */
  discard(address: number, length: number): void {
    this.#clear(address, Math.min(address + length, this.memory.buffer.byteLength));
  }

  get #heap(): number {
    return this.#bounds.heap;
  }

  /** Lowest address of a mapping. */
  get #floor(): number {
    return this.#bounds.floor(pageUp(this.#break));
  }

  get #limit(): number {
    return this.#bounds.ceiling;
  }

  #free(start: number, size: number): boolean {
    const end = start + size;
    if (start < pageUp(this.#break) || end > this.#limit) return false;
    return !this.#mappings.overlaps(start, end);
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
    for (const { start, end, room } of this.#mappings.all) {
      if (start - at >= size) return at;
      at = Math.max(at, end + (roomy ? room : 0));
    }
    return this.#limit - at >= size ? at : null;
  }

  /** @param block the size of what ends with it. */
  #add(start: number, size: number, protection: number, block = size): number {
    const end = start + size;
    if (start < this.#touched) this.#clear(start, Math.min(end, this.#touched));
    this.#touched = Math.max(this.#touched, end);
    this.#mappings.insert({
      start,
      end,
      protection,
      locked: this.locksNew,
      backing: null,
      offset: 0,
      room: roomBehind(block),
    });
    return start;
  }

  #remove(start: number, end: number): void {
    this.#mappings.remove(start, end);
    if (this.#shared.size > 0) this.#shared = this.#mappings.shared();
  }

  /** Newly mapped memory shows more of the same. @throws Errno */
  #extend(start: number, end: number, backing: Backing, offset: number): void {
    const failure = backing.load(offset, new Uint8Array(this.memory.buffer, start, end - start));
    if (failure < 0) throw new Errno(-failure);
    this.back(start, end - start, backing, offset);
  }

  /** Makes memory reach up to `end`; false when it cannot. */
  #grow(end: number): boolean {
    const missing = end - this.memory.buffer.byteLength;
    if (missing <= 0) return true;
    if (end > this.#maximum) return false;
    try {
      this.memory.grow(Math.ceil(missing / WASM_PAGE));
    } catch {
      return false;
    }
    return true;
  }

  #clear(start: number, end: number): void {
    if (end > start) new Uint8Array(this.memory.buffer).fill(0, start, end);
  }
}
