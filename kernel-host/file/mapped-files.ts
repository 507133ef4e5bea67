/** Files that processes map (Linux: address_space): what one maps and another reads, writes or maps is the same. */
import { EACCES, Errno } from '../abi/errno.js';
import { O_ACCMODE, O_RDONLY, O_WRONLY } from '../abi/fcntl.js';
import { PROT_ALL, PROT_WRITE } from '../abi/memory.js';
import { emptyAttributes } from '../abi/stat.js';
import { AbsentBlocks } from '../fs/block-cache.js';
import type { FileSystem } from '../fs/file-system.js';
import type { MappedContent } from '../fs/mapped-content.js';
import type { Place } from '../fs/vfs.js';
import type { Backing, Mapping } from '../memory/mapping.js';
import { SharedObject, type Store } from '../memory/shared-object.js';
import type { Waiter } from '../poll/wait-queue.js';
import type { Descriptions } from './descriptions.js';

class FileStore implements Store {
  readonly #place: Place;
  readonly #attributes = emptyAttributes();

  constructor(place: Place) {
    this.#place = place;
  }

  get size(): number {
    const { fileSystem, node } = this.#place;
    return fileSystem.attributes(node, this.#attributes) < 0 ? 0 : this.#attributes.size;
  }

  write(offset: number, bytes: Uint8Array): number {
    return this.#place.fileSystem.write(this.#place.node, offset, bytes);
  }
}

/** A file as one mmap(2) asked for it. It stays open as long as a mapping shows it. */
export class FileMapping implements Backing {
  readonly place: Place;
  readonly object: SharedObject | null;
  readonly allowed: number;
  readonly #open: () => void;
  readonly #close: () => void;
  #mappings = 0;

  /** @param open is called for the first mapping, @param close after the last. */
  constructor(place: Place, object: SharedObject | null, allowed: number, open: () => void, close: () => void) {
    this.place = place;
    this.object = object;
    this.allowed = allowed;
    this.#open = open;
    this.#close = close;
  }

  load(offset: number, into: Uint8Array): number {
    const { fileSystem, node } = this.place;
    for (let done = 0; done < into.length; ) {
      const count = fileSystem.read(node, offset + done, into.subarray(done));
      if (count < 0) return count;
      // Behind the end of the file, the rest of the page is zero; so are further pages, where Linux has SIGBUS.
      if (count === 0) break;
      done += count;
    }
    return 0;
  }

  attach(mapping: Mapping, memory: WebAssembly.Memory): void {
    if (this.#mappings++ === 0) this.#open();
    this.object?.attach(mapping, memory);
  }

  detach(mapping: Mapping): void {
    this.object?.detach(mapping);
    if (--this.#mappings === 0) this.#close();
  }
}

export class MappedFiles implements MappedContent {
  readonly #objects = new Map<FileSystem, Map<number, SharedObject>>();
  readonly #descriptions: Descriptions;
  readonly #enqueue: (callback: () => void) => void;
  /** The object whose changes are on their way into its file. */
  #flushing: SharedObject | null = null;

  constructor(descriptions: Descriptions, enqueue: (callback: () => void) => void) {
    this.#descriptions = descriptions;
    this.#enqueue = enqueue;
  }

  /**
   * @param place what the description refers to.
   * @throws Errno EACCES (POSIX mmap())
   */
  map(description: number, place: Place, shared: boolean, protection: number): FileMapping {
    const access = this.#descriptions.flags(description) & O_ACCMODE;
    if (access === O_WRONLY) throw new Errno(EACCES);
    const allowed = shared && access === O_RDONLY ? PROT_ALL & ~PROT_WRITE : PROT_ALL;
    if ((protection & ~allowed) !== 0) throw new Errno(EACCES);
    const object = shared ? this.#object(place) : null;
    // The descriptor that it was mapped by may be closed long before.
    const open = (): void => this.#descriptions.retain(description);
    return new FileMapping(place, object, allowed, open, () => this.#close(description, place, object));
  }

  reading(fileSystem: FileSystem, node: number): void {
    const object = this.#find(fileSystem, node);
    if (object && object !== this.#flushing) this.#flush(object);
  }

  written(fileSystem: FileSystem, node: number, offset: number, bytes: Uint8Array): void {
    const object = this.#find(fileSystem, node);
    if (object !== this.#flushing) object?.written(offset, bytes);
  }

  truncated(fileSystem: FileSystem, node: number, size: number): void {
    this.#find(fileSystem, node)?.truncated(size);
  }

  /** What was written to mappings is in their files: 0 or -errno. @throws AbsentBlocks */
  flush(): number {
    let failure = 0;
    for (const objects of this.#objects.values())
      for (const object of objects.values()) failure = Math.min(failure, this.#flush(object));
    return failure;
  }

  #flush(object: SharedObject): number {
    this.#flushing = object;
    try {
      return object.flush();
    } finally {
      this.#flushing = null;
    }
  }

  #find(fileSystem: FileSystem, node: number): SharedObject | undefined {
    return this.#objects.size === 0 ? undefined : this.#objects.get(fileSystem.origin ?? fileSystem)?.get(node);
  }

  #object({ fileSystem: shown, node }: Place): SharedObject {
    const fileSystem = shown.origin ?? shown;
    const known = this.#find(fileSystem, node);
    if (known) return known;
    const object = new SharedObject(new FileStore({ fileSystem, node }));
    const objects = this.#objects.get(fileSystem) ?? new Map<number, SharedObject>();
    this.#objects.set(fileSystem, objects.set(node, object));
    return object;
  }

  #close(description: number, place: Place, object: SharedObject | null): void {
    if (object && object.mapped === 0) {
      try {
        this.#flush(object);
      } catch (error) {
        if (!(error instanceof AbsentBlocks)) throw error;
        // The file stays open until the rest of the blocks is there, into which its last bytes go.
        const { load } = error;
        const again: Waiter = {
          wake: () => {
            load.ended.remove(again);
            this.#enqueue(() => this.#close(description, place, object));
          },
        };
        load.ended.add(again);
        return;
      }
      const fileSystem = place.fileSystem.origin ?? place.fileSystem;
      const objects = this.#objects.get(fileSystem);
      objects?.delete(place.node);
      if (objects?.size === 0) this.#objects.delete(fileSystem);
    }
    this.#descriptions.release(description);
  }
}
