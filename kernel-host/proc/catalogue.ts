/** What procfs holds, written down as a tree; once for the machine and once for every process. */
import type { Place } from '../fs/vfs.js';
import { LARGEST_ENTRY } from './nodes.js';

export interface ProcFile<Subject> {
  readonly kind: 'file';
  readonly name: string;
  /** Permission bits. */
  readonly mode: number;
  /** @throws Errno */
  readonly content: (subject: Subject) => string;
}

export interface ProcLink<Subject> {
  readonly kind: 'link';
  readonly name: string;
  /** What readlink() says. @throws Errno */
  readonly target: (subject: Subject) => Uint8Array;
  /** Where resolution goes on, when that is not what the target's text says (proc(5): magic links). */
  readonly follow: ((subject: Subject) => Place) | null;
}

export interface ProcDirectory<Subject> {
  readonly kind: 'directory';
  readonly name: string;
  readonly children: readonly ProcEntry<Subject>[];
}

/** The directory with one link for each open descriptor of a process. */
export interface ProcDescriptors {
  readonly kind: 'descriptors';
  readonly name: string;
}

/** The directory with one directory for each thread of a process. */
export interface ProcThreads {
  readonly kind: 'threads';
  readonly name: string;
}

export type ProcEntry<Subject> =
  | ProcFile<Subject>
  | ProcLink<Subject>
  | ProcDirectory<Subject>
  | ProcDescriptors
  | ProcThreads;

/** An entry with its number, and its parent's: the root's parent is itself. */
export interface Numbered<Subject> {
  readonly entry: ProcEntry<Subject>;
  readonly number: number;
  readonly parent: number;
  readonly children: readonly Numbered<Subject>[];
}

/** The root directory's number in every catalogue. */
export const CATALOGUE_ROOT = 1;

/** A tree of entries, numbered from 1 on. */
export class Catalogue<Subject> {
  readonly #byNumber: Numbered<Subject>[] = [];

  constructor(children: readonly ProcEntry<Subject>[]) {
    this.#add({ kind: 'directory', name: '', children }, CATALOGUE_ROOT);
  }

  at(number: number): Numbered<Subject> | null {
    return this.#byNumber[number] ?? null;
  }

  #add(entry: ProcEntry<Subject>, parent: number): Numbered<Subject> {
    const number = this.#byNumber.length === 0 ? CATALOGUE_ROOT : this.#byNumber.length;
    if (number > LARGEST_ENTRY) throw new RangeError('too many entries for a node number');
    const children: Numbered<Subject>[] = [];
    const numbered = { entry, number, parent, children };
    this.#byNumber[number] = numbered;
    if (entry.kind === 'directory') for (const child of entry.children) children.push(this.#add(child, number));
    return numbered;
  }
}

export const file = <Subject>(
  name: string,
  content: (subject: Subject) => string,
  mode = 0o444,
): ProcFile<Subject> => ({
  kind: 'file',
  name,
  mode,
  content,
});

export const directory = <Subject>(name: string, children: readonly ProcEntry<Subject>[]): ProcDirectory<Subject> => ({
  kind: 'directory',
  name,
  children,
});

export const link = <Subject>(
  name: string,
  target: (subject: Subject) => Uint8Array,
  follow: ((subject: Subject) => Place) | null = null,
): ProcLink<Subject> => ({ kind: 'link', name, target, follow });
