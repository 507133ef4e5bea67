/** The open file descriptions of a machine: creation, sharing, release, and what each refers to. Kernel only. */
import { ENFILE } from '../abi/errno.js';
import { O_CREATION } from '../abi/fcntl.js';
import type { FileSystem } from '../fs/file-system.js';
import type { Place } from '../fs/vfs.js';
import type { Address, KernelMemory } from '../memory/kernel-memory.js';
import { DESCRIPTION, DESCRIPTION_SIZE, KIND_DEVICE, KIND_DIRECTORY, KIND_FILE } from '../memory/layout.js';
import type { SlabAllocator } from '../memory/slab-allocator.js';
import type { FileOperations } from './file-operations.js';

export class Descriptions {
  readonly #memory: KernelMemory;
  readonly #slabs: SlabAllocator;
  readonly #inodeFiles: FileOperations;
  readonly #devices: FileOperations;
  /** What descriptions of the kernel's own kinds refer to. */
  readonly #objects = new Map<number, FileOperations>();
  /** Who wants to hear that a description is gone. */
  readonly #followers = new Map<number, Set<() => void>>();

  /** @param inodeFiles operations on files and directories in kernel memory; @param devices on memory devices. */
  constructor(memory: KernelMemory, slabs: SlabAllocator, inodeFiles: FileOperations, devices: FileOperations) {
    this.#memory = memory;
    this.#slabs = slabs;
    this.#inodeFiles = inodeFiles;
    this.#devices = devices;
  }

  /** A blank record that a worker may make a description of; -ENFILE. */
  spare(): number {
    return this.#slabs.allocate(DESCRIPTION_SIZE) ?? -ENFILE;
  }

  freeSpare(description: number): void {
    this.#slabs.free(description as Address, DESCRIPTION_SIZE);
  }

  /** A description with one reference; -ENFILE. */
  create(kind: number, flags: number, object: number, operations: FileOperations | null): number {
    const description = this.spare();
    if (description < 0) return description;
    const { u32 } = this.#memory;
    const word = description >>> 2;
    u32[word + DESCRIPTION.REFERENCES_W] = 1;
    u32[word + DESCRIPTION.KIND_W] = kind;
    u32[word + DESCRIPTION.FLAGS_W] = flags & ~O_CREATION;
    u32[word + DESCRIPTION.OBJECT_W] = object;
    if (operations) this.#objects.set(description, operations);
    return description;
  }

  operations(description: number): FileOperations {
    const kind = this.kind(description);
    if (kind === KIND_FILE || kind === KIND_DIRECTORY) return this.#inodeFiles;
    if (kind === KIND_DEVICE) return this.#devices;
    const operations = this.#objects.get(description);
    if (!operations) throw new RangeError(`description ${description} refers to nothing`);
    return operations;
  }

  /** What a description of one of the kernel's own kinds refers to; null for what lies in memory. */
  kernelObject(description: number): FileOperations | null {
    return this.#objects.get(description) ?? null;
  }

  kind(description: number): number {
    return this.#memory.u32[(description >>> 2) + DESCRIPTION.KIND_W] as number;
  }

  flags(description: number): number {
    return this.#memory.u32[(description >>> 2) + DESCRIPTION.FLAGS_W] as number;
  }

  setFlags(description: number, flags: number): void {
    this.#memory.u32[(description >>> 2) + DESCRIPTION.FLAGS_W] = flags;
  }

  object(description: number): number {
    return this.#memory.u32[(description >>> 2) + DESCRIPTION.OBJECT_W] as number;
  }

  setObject(description: number, object: number): void {
    this.#memory.u32[(description >>> 2) + DESCRIPTION.OBJECT_W] = object;
  }

  offset(description: number): number {
    return this.#memory.f64[(description >>> 3) + DESCRIPTION.OFFSET_F64] as number;
  }

  setOffset(description: number, offset: number): void {
    this.#memory.f64[(description >>> 3) + DESCRIPTION.OFFSET_F64] = offset;
  }

  references(description: number): number {
    return Atomics.load(this.#memory.u32, (description >>> 2) + DESCRIPTION.REFERENCES_W);
  }

  /** The file or directory that a description refers to; null for what has no place in the tree. */
  place(description: number, root: FileSystem): Place | null {
    const kind = this.kind(description);
    if (kind === KIND_FILE || kind === KIND_DIRECTORY || kind === KIND_DEVICE)
      return { fileSystem: root, node: this.object(description) };
    return this.operations(description).place ?? null;
  }

  retain(description: number): void {
    Atomics.add(this.#memory.u32, (description >>> 2) + DESCRIPTION.REFERENCES_W, 1);
  }

  /** Whether its users take turns in the kernel already. */
  isShared(description: number): boolean {
    return this.#memory.u32[(description >>> 2) + DESCRIPTION.SHARED_W] === 1;
  }

  /** Another reference, for another process: from now on its users take turns in the kernel. */
  share(description: number): void {
    this.#memory.u32[(description >>> 2) + DESCRIPTION.SHARED_W] = 1;
    this.retain(description);
  }

  release(description: number): void {
    const { u32 } = this.#memory;
    const references = Atomics.sub(u32, (description >>> 2) + DESCRIPTION.REFERENCES_W, 1);
    if (references !== 1) {
      // Whoever has it now has it alone.
      if (references === 2) u32[(description >>> 2) + DESCRIPTION.SHARED_W] = 0;
      this.#objects.get(description)?.dropped?.();
      return;
    }
    const followers = this.#followers.get(description);
    this.#followers.delete(description);
    for (const gone of followers ?? []) gone();
    this.operations(description).release(description);
    this.#objects.delete(description);
    this.freeSpare(description);
  }

  /** Calls `gone` when nobody has the description any more, just before it is released; the function that ends that. */
  whenGone(description: number, gone: () => void): () => void {
    const followers = this.#followers.get(description) ?? new Set();
    this.#followers.set(description, followers.add(gone));
    return () => {
      followers.delete(gone);
      if (followers.size === 0 && this.#followers.get(description) === followers) this.#followers.delete(description);
    };
  }
}
