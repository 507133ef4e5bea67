/** What a node of procfs shows, of whom. */
import { S_IFDIR, S_IFLNK, S_IFREG } from '../abi/stat.js';
import type { Place } from '../fs/vfs.js';
import type { Kernel } from '../kernel.js';
import type { Process } from '../process/process.js';
import type { Task } from '../process/task.js';
import { CATALOGUE_ROOT, Catalogue, type Numbered, type ProcEntry } from './catalogue.js';
import { linkMode, openDescription } from './descriptor-links.js';
import { machineEntries } from './machine-entries.js';
import { DESCRIPTOR_LINK, DESCRIPTOR_OBJECT, decodeNode, encodeNode } from './nodes.js';
import { processEntries, threadEntries } from './process-entries.js';

/** An entry of a catalogue with its subject. */
interface Entry {
  readonly kind: 'machine' | 'process' | 'thread';
  readonly process: Process | null;
  readonly task: Task | null;
  readonly type: ProcEntry<never>['kind'];
  /** With the type of file. */
  readonly mode: number;
  /** Directories of their own, and what has a name. */
  readonly children: readonly { readonly name: string; readonly node: number; readonly directory: boolean }[];
  /** null: it is no file. */
  readonly content: (() => string) | null;
  /** null: it is no link. */
  readonly target: (() => Uint8Array) | null;
  readonly follow: () => Place | null;
}

export type Shown =
  | Entry
  | { readonly kind: 'descriptor link' | 'object'; readonly process: Process; readonly fd: number };

/** Whether it is the machine's, a process's or a thread's, and so no descriptor's. */
export const isEntry = (shown: Shown): shown is Entry => shown.kind !== 'descriptor link' && shown.kind !== 'object';

const hasEntries = (type: ProcEntry<never>['kind']): boolean => type !== 'file' && type !== 'link';

export class ShownNodes {
  readonly #kernel: Kernel;
  readonly #machine: Catalogue<null>;
  readonly #process: Catalogue<Process>;
  readonly #thread: Catalogue<Task>;

  /** @param booted on the monotonic clock. */
  constructor(kernel: Kernel, booted: number) {
    this.#kernel = kernel;
    this.#machine = new Catalogue(machineEntries(kernel, booted));
    this.#process = new Catalogue(processEntries(kernel, booted));
    this.#thread = new Catalogue(threadEntries(kernel, booted));
  }

  /** null: who it was is gone. */
  at(node: number): Shown | null {
    const { pid, part, entry } = decodeNode(node);
    if (pid === 0) {
      const at = this.#machine.at(entry);
      return at && bound('machine', null, null, at, null);
    }
    const process = this.#kernel.processes.byPid(pid);
    if (!process) return null;
    if (entry === DESCRIPTOR_LINK) return { kind: 'descriptor link', process, fd: part };
    if (entry === DESCRIPTOR_OBJECT) return { kind: 'object', process, fd: part };
    if (part === 0) {
      const at = this.#process.at(entry);
      return at && bound('process', process, null, at, process);
    }
    const task = this.#kernel.processes.threads.byTid(part);
    const at = this.#thread.at(entry);
    return task?.process === process && at ? bound('thread', process, task, at, task) : null;
  }

  parent(node: number): number {
    const { pid, part, entry } = decodeNode(node);
    if (entry === DESCRIPTOR_LINK || entry === DESCRIPTOR_OBJECT) return this.#ofProcess(pid, 'descriptors');
    if (pid === 0) return encodeNode(0, 0, this.#machine.at(entry)?.parent ?? CATALOGUE_ROOT);
    const catalogue = part === 0 ? this.#process : this.#thread;
    if (entry !== CATALOGUE_ROOT) return encodeNode(pid, part, catalogue.at(entry)?.parent ?? CATALOGUE_ROOT);
    return part === 0 ? encodeNode(0, 0, CATALOGUE_ROOT) : this.#ofProcess(pid, 'threads');
  }

  mode(shown: Shown): number {
    if (isEntry(shown)) return shown.mode;
    if (shown.kind === 'object') return 0;
    const description = openDescription(this.#kernel, shown.process, shown.fd);
    return S_IFLNK | (description === 0 ? 0 : linkMode(this.#kernel, description));
  }

  /** Of a directory: itself, its own `.`, and each subdirectory's `..`. */
  links(shown: Shown, isRoot: boolean): number {
    if (!isEntry(shown) || !hasEntries(shown.type)) return 1;
    const inside = shown.children.filter(({ directory }) => directory).length;
    const processes = isRoot ? this.#kernel.processes.all().length : 0;
    const threads = shown.type === 'threads' ? (shown.process?.tasks.size ?? 0) : 0;
    return 2 + inside + processes + threads;
  }

  #ofProcess(pid: number, kind: 'descriptors' | 'threads'): number {
    const number = this.#process.at(CATALOGUE_ROOT)?.children.find(({ entry }) => entry.kind === kind)?.number;
    return encodeNode(pid, 0, number ?? CATALOGUE_ROOT);
  }
}

function bound<Subject>(
  kind: Entry['kind'],
  process: Process | null,
  task: Task | null,
  { entry, children }: Numbered<Subject>,
  subject: Subject,
): Entry {
  return {
    kind,
    process,
    task,
    type: entry.kind,
    mode: modeOf(entry),
    children: children.map(({ entry: { name, kind: type }, number }) => ({
      name,
      node: encodeNode(process?.pid ?? 0, task?.tid ?? 0, number),
      directory: hasEntries(type),
    })),
    content: entry.kind === 'file' ? () => entry.content(subject) : null,
    target: entry.kind === 'link' ? () => entry.target(subject) : null,
    follow: () => (entry.kind === 'link' ? (entry.follow?.(subject) ?? null) : null),
  };
}

function modeOf<Subject>(entry: ProcEntry<Subject>): number {
  switch (entry.kind) {
    case 'file':
      return S_IFREG | entry.mode;
    case 'link':
      return S_IFLNK | 0o777;
    case 'descriptors':
      return S_IFDIR | 0o500;
    case 'threads':
    case 'directory':
      return S_IFDIR | 0o555;
  }
}
