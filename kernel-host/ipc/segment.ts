/** A System V shared memory segment (POSIX shmat(), shmdt()). */
import { PROT_ALL, PROT_WRITE } from '../abi/memory.js';
import type { Backing, Mapping } from '../memory/mapping.js';
import { SharedObject } from '../memory/shared-object.js';
import type { Permissions } from './permissions.js';

export class Segment {
  readonly permissions: Permissions;
  /** In bytes, as it was asked for. */
  readonly size: number;
  readonly object = new SharedObject(null);
  readonly creator: number;
  /** Address spaces that show it, by what they attached. */
  readonly #attachments = new Map<Attachment, Map<WebAssembly.Memory, number>>();
  readonly #deserted: (segment: Segment) => void;
  readonly #now: () => number;
  /** IPC_RMID: it goes when nobody shows it any more. */
  removed = false;
  locked = false;
  attachedAt = 0;
  detachedAt = 0;
  changedAt: number;
  lastUser = 0;

  /** @param deserted called when nobody shows it any more. */
  constructor(
    permissions: Permissions,
    size: number,
    creator: number,
    now: () => number,
    deserted: (segment: Segment) => void,
  ) {
    this.permissions = permissions;
    this.size = size;
    this.creator = creator;
    this.#now = now;
    this.#deserted = deserted;
    this.changedAt = now();
  }

  /** shm_nattch */
  get attached(): number {
    let count = 0;
    for (const memories of this.#attachments.values()) count += memories.size;
    return count;
  }

  attach(attachment: Attachment, memory: WebAssembly.Memory): void {
    const memories = this.#attachments.get(attachment) ?? new Map<WebAssembly.Memory, number>();
    const mappings = memories.get(memory) ?? 0;
    if (mappings === 0) this.attachedAt = this.#now();
    this.#attachments.set(attachment, memories.set(memory, mappings + 1));
  }

  detach(attachment: Attachment, memory: WebAssembly.Memory): void {
    const memories = this.#attachments.get(attachment);
    const mappings = memories?.get(memory);
    if (!memories || mappings === undefined) return;
    if (mappings > 1) {
      memories.set(memory, mappings - 1);
      return;
    }
    memories.delete(memory);
    if (memories.size === 0) this.#attachments.delete(attachment);
    this.detachedAt = this.#now();
    if (this.#attachments.size === 0) this.#deserted(this);
  }
}

/** What one shmat() attached; children of its process inherit it. */
export class Attachment implements Backing {
  readonly segment: Segment;
  readonly object: SharedObject;
  readonly allowed: number;
  readonly #memories = new Map<Mapping, WebAssembly.Memory>();

  constructor(segment: Segment, readOnly: boolean) {
    this.segment = segment;
    this.object = segment.object;
    this.allowed = readOnly ? PROT_ALL & ~PROT_WRITE : PROT_ALL;
  }

  load(): number {
    return 0;
  }

  attach(mapping: Mapping, memory: WebAssembly.Memory): void {
    this.#memories.set(mapping, memory);
    this.segment.attach(this, memory);
    this.object.attach(mapping, memory);
  }

  detach(mapping: Mapping): void {
    const memory = this.#memories.get(mapping);
    this.#memories.delete(mapping);
    this.object.detach(mapping);
    if (memory) this.segment.detach(this, memory);
  }
}
