/** The mappings of one address space: disjoint ranges of pages, by address, and what each of them shows. */
import { PAGE_SIZE } from '../abi/memory.js';
import type { SharedObject } from './shared-object.js';

export interface Mapping {
  readonly start: number;
  readonly end: number;
  /** PROT_*, as asked for: WebAssembly protects no pages. */
  readonly protection: number;
  /** mlock(2) */
  readonly locked: boolean;
  /** null: private memory without a name. */
  readonly backing: Backing | null;
  /** Of `start` in what it shows, in bytes. */
  readonly offset: number;
  /** Bytes behind it that others leave free, for it to grow into. */
  readonly room: number;
}

/** What a mapping shows beyond memory of its own. */
export interface Backing {
  /** Whose changes all who map it see (MAP_SHARED); null for a copy (MAP_PRIVATE). */
  readonly object: SharedObject | null;
  /** What /proc/<pid>/maps calls it, where it is not a file. */
  readonly label?: string;
  /** The most that mprotect(2) may give a mapping of it. */
  readonly allowed: number;
  /** Fills zeroed memory with what is to be seen there: 0 or -errno. @throws AbsentBlocks, to be called again */
  load(offset: number, into: Uint8Array): number;
  /** Shows it from now on: `memory` reaches as far as the mapping, and holds what is to be seen. */
  attach(mapping: Mapping, memory: WebAssembly.Memory): void;
  /** Every mapping that was attached is detached once, at the latest when its process ends. */
  detach(mapping: Mapping): void;
}

/** The part of a mapping between two addresses. */
export function part(mapping: Mapping, start: number, end: number): Mapping {
  const from = Math.max(mapping.start, start);
  const to = Math.min(mapping.end, end);
  const room = to === mapping.end ? mapping.room : 0;
  return { ...mapping, start: from, end: to, offset: mapping.offset + from - mapping.start, room };
}

/** Private memory without a name is one mapping as far as it goes: malloc would make a list of thousands of them. */
const joins = (a: Mapping, b: Mapping): boolean =>
  a.end === b.start &&
  a.backing === null &&
  b.backing === null &&
  a.protection === b.protection &&
  a.locked === b.locked;

export class Mappings {
  readonly #memory: WebAssembly.Memory;
  #list: Mapping[] = [];

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
  }

  get all(): readonly Mapping[] {
    return this.#list;
  }

  overlaps(start: number, end: number): boolean {
    return this.#list.some((mapping) => mapping.end > start && mapping.start < end);
  }

  /** The parts that lie between two addresses. */
  within(start: number, end: number): Mapping[] {
    return this.#list
      .filter((mapping) => mapping.end > start && mapping.start < end)
      .map((mapping) => part(mapping, start, end));
  }

  /** The range is free. */
  insert(mapping: Mapping): void {
    this.#replace(mapping.start, mapping.end, [mapping]);
  }

  /** Nothing is mapped between the two from now on. */
  remove(start: number, end: number): void {
    if (this.overlaps(start, end)) this.#replace(start, end, []);
  }

  change(start: number, end: number, change: Partial<Pick<Mapping, 'protection' | 'locked'>>): void {
    for (const mapping of this.within(start, end))
      this.#replace(mapping.start, mapping.end, [{ ...mapping, ...change }]);
  }

  /** What is mapped shows this from now on. */
  back(start: number, end: number, backing: Backing, offset: number): void {
    const mappings = this.within(start, end);
    this.#replace(
      start,
      end,
      mappings.map((mapping) => ({ ...mapping, backing, offset: offset + mapping.start - start })),
    );
  }

  #replace(start: number, end: number, replacements: readonly Mapping[]): void {
    const kept: Mapping[] = [];
    const removed: Mapping[] = [];
    const added: Mapping[] = [...replacements];
    for (const mapping of this.#list) {
      if (mapping.end <= start || mapping.start >= end) {
        kept.push(mapping);
        continue;
      }
      removed.push(mapping);
      if (mapping.start < start) added.push(part(mapping, mapping.start, start));
      if (mapping.end > end) added.push(part(mapping, end, mapping.end));
    }
    // What stays is attached first: what it shows must not be given up between the two.
    for (const mapping of added) mapping.backing?.attach(mapping, this.#memory);
    for (const mapping of removed) mapping.backing?.detach(mapping);
    this.#list = [];
    for (const mapping of [...kept, ...added].sort((a, b) => a.start - b.start)) {
      const before = this.#list.at(-1);
      if (before && joins(before, mapping)) this.#list.splice(-1, 1, { ...mapping, start: before.start });
      else this.#list.push(mapping);
    }
  }

  /** What the mappings between two addresses share with others, each once. */
  shared(start = 0, end = 2 ** 32): Set<SharedObject> {
    const found = new Set<SharedObject>();
    for (const { start: from, end: to, backing } of this.#list)
      if (backing?.object && to > start && from < end) found.add(backing.object);
    return found;
  }

  /** Bytes that are mapped. */
  get size(): number {
    return this.#list.reduce((sum, { start, end }) => sum + end - start, 0);
  }
}

export const pageDown = (address: number): number => address - (address % PAGE_SIZE);
export const pageUp = (bytes: number): number => Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE;
