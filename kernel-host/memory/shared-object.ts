/**
 * Memory that several mappings show: a file's, or a segment without a name. A WebAssembly memory cannot show the pages of
 * another, so each mapping is a copy, and the kernel carries what is changed in one to the others, as software distributed
 * shared memory does (TreadMarks, 1994: twins and diffs). What a process wrote is seen by the others when one of them
 * next makes a system call: who takes turns by locks, pipes or signals sees what it would see on Linux.
 */
import { PAGE_SIZE, PROT_ALL, PROT_WRITE } from '../abi/memory.js';
import type { Backing, Mapping } from './mapping.js';

const WORDS = PAGE_SIZE / 4;
const ZEROES = new Int32Array(WORDS);
/** The bytes of a word. */
const MASKS = [0xff, 0xff00, 0xff0000, 0xff000000] as const;

/** Where changes go besides the other mappings. */
export interface Store {
  /** The mappings hold more than that: what lies behind it is theirs alone. */
  readonly size: number;
  /** Count or -errno. @throws AbsentBlocks, with nothing written */
  write(offset: number, bytes: Uint8Array): number;
}

interface View {
  readonly words: Int32Array;
  /** Of the first word in the object, in words. */
  readonly first: number;
  readonly writable: boolean;
}

export class SharedObject implements Backing {
  readonly object = this;
  readonly allowed = PROT_ALL;
  readonly #store: Store | null;
  readonly #views = new Map<Mapping, View>();
  #writers = 0;
  /** What all agree on, by the page's number. Of one that is not there: no writable mapping has shown it, or it is zero. */
  readonly #pages = new Map<number, Int32Array>();
  /** Pages with changes that the store has not got. */
  readonly #dirty = new Set<number>();

  /** @param store null: the object is zero in the beginning, and is nowhere else. */
  constructor(store: Store | null) {
    this.#store = store;
  }

  /** Mappings that show it. */
  get mapped(): number {
    return this.#views.size;
  }

  /** What is not zero comes with the mapping. */
  load(): number {
    return 0;
  }

  /** The mapping shows already what is in the store, or zeroes. */
  attach(mapping: Mapping, memory: WebAssembly.Memory): void {
    // Those that are there agree from now on: alone, one had nobody to tell of its changes.
    this.#collect();
    const words = new Int32Array(memory.buffer, mapping.start, (mapping.end - mapping.start) / 4);
    const view: View = { words, first: mapping.offset / 4, writable: (mapping.protection & PROT_WRITE) !== 0 };
    for (let at = 0; at < words.length; at += WORDS) {
      const number = (view.first + at) / WORDS;
      const page = this.#pages.get(number);
      if (page) words.set(page, at);
      else if (this.#store && view.writable) this.#pages.set(number, words.slice(at, at + WORDS));
    }
    this.#views.set(mapping, view);
    if (view.writable) this.#writers++;
  }

  detach(mapping: Mapping): void {
    const view = this.#views.get(mapping);
    if (!view) return;
    if (view.writable) {
      this.#collectFrom(view);
      this.#writers--;
    }
    this.#views.delete(mapping);
  }

  /** What one process wrote is seen by the others from now on. */
  synchronize(): void {
    if (this.#views.size > 1) this.#collect();
  }

  /** The store has what was written: 0, or the -errno of what it would not take. @throws AbsentBlocks, to be called again */
  flush(): number {
    this.#collect();
    return this.#writeBack();
  }

  /** The store was written to by another way than a mapping, after `flush`. */
  written(offset: number, bytes: Uint8Array): void {
    this.#put(offset, offset + bytes.length, (target, at, from, to) => target.set(bytes.subarray(from, to), at));
  }

  /** The store ends here from now on, after `flush`. */
  truncated(size: number): void {
    this.#put(size, Number.POSITIVE_INFINITY, (target, at, from, to) => target.fill(0, at, at + to - from));
  }

  /** @param put is told bytes of what it changes, where, and which part of the range lies there. */
  #put(start: number, end: number, put: (target: Uint8Array, at: number, from: number, to: number) => void): void {
    const visit = (words: Int32Array, first: number): void => {
      const base = first * 4;
      const from = Math.max(start, base);
      const to = Math.min(end, base + words.byteLength);
      if (to <= from) return;
      put(new Uint8Array(words.buffer, words.byteOffset, words.byteLength), from - base, from - start, to - start);
    };
    for (const { words, first } of this.#views.values()) visit(words, first);
    for (const [number, page] of this.#pages) visit(page, number * WORDS);
  }

  #collect(): void {
    if (this.#writers === 0) return;
    for (const view of this.#views.values()) if (view.writable) this.#collectFrom(view);
  }

  #collectFrom(view: View): void {
    const { words, first } = view;
    for (let at = 0; at < words.length; at += WORDS) {
      const number = (first + at) / WORDS;
      const page = this.#pages.get(number) ?? ZEROES;
      for (let i = 0; i < WORDS; i++) {
        if (words[at + i] === page[i]) continue;
        this.#take(view, number, at, i);
        break;
      }
    }
  }

  /** Takes over what the page at `at` in a view has changed, from its word `from` on. */
  #take(view: View, number: number, at: number, from: number): void {
    let page = this.#pages.get(number);
    if (!page) {
      page = new Int32Array(WORDS);
      this.#pages.set(number, page);
    }
    for (let i = from; i < WORDS; i++) {
      const [before, value] = [page[i] as number, Atomics.load(view.words, at + i)];
      if (value === before) continue;
      page[i] = value;
      for (const other of this.#views.values()) {
        const index = number * WORDS + i - other.first;
        if (other !== view && index >= 0 && index < other.words.length) carry(other.words, index, before, value);
      }
    }
    if (this.#store) this.#dirty.add(number);
  }

  #writeBack(): number {
    const store = this.#store;
    if (!store) return 0;
    let failure = 0;
    for (const number of this.#dirty) {
      const page = this.#pages.get(number);
      const length = Math.min(PAGE_SIZE, store.size - number * PAGE_SIZE);
      if (page && length > 0) {
        const result = store.write(number * PAGE_SIZE, new Uint8Array(page.buffer, 0, length));
        if (result < 0) {
          // It is tried again with the next call that asks for it.
          failure = result;
          continue;
        }
      }
      this.#dirty.delete(number);
    }
    return failure;
  }
}

/** Changes a word as another mapping was changed, but for bytes that its own process has changed meanwhile. */
function carry(words: Int32Array, index: number, before: number, value: number): void {
  for (;;) {
    const own = Atomics.load(words, index);
    let next = value;
    if (own !== before)
      for (const mask of MASKS) if (((own ^ before) & mask) !== 0) next = (next & ~mask) | (own & mask);
    if (Atomics.compareExchange(words, index, own, next) === own) return;
  }
}
