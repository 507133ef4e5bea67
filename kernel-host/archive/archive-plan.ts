/**
 * What an archive makes of a folder, known before anything is made. `Content` stands for the content of a file, wherever it was put
 * meanwhile. An entry may come twice, and the last one counts, as tar has it; but what was a folder stays one, so that no link of
 * the archive's own is ever gone through.
 */
import { PortsideError } from '../../protocol/errors.js';
import type { Timestamp } from '../fs/file-system.js';
import type { ArchiveEntry } from './archive-entries.js';

interface PlannedAttributes {
  readonly mode: number;
  readonly mtime: Timestamp;
}

export type Planned<Content> =
  /** Without attributes: it is only named in the paths of others. */
  | { readonly kind: 'directory'; readonly attributes: PlannedAttributes | null }
  | { readonly kind: 'file'; readonly attributes: PlannedAttributes; readonly content: Content }
  | { readonly kind: 'symlink'; readonly attributes: PlannedAttributes; readonly target: string };

export class ArchivePlan<Content> {
  readonly #entries = new Map<string, Planned<Content>>([['', { kind: 'directory', attributes: null }]]);

  /** By path, the folder itself under the empty one; each directory before what is in it. */
  get entries(): ReadonlyMap<string, Planned<Content>> {
    return this.#entries;
  }

  /**
   * Devices and pipes are not for a plan.
   * @param content of a file; none is needed for the others
   * @throws PortsideError archive-unsafe-path, archive-damaged
   */
  add(entry: Exclude<ArchiveEntry, { kind: 'special' }>, content: Content | null): void {
    const { path, mode, mtime } = entry;
    const attributes = { mode, mtime };
    this.#addDirectoriesAbove(path);
    const there = this.#entries.get(path);
    const isDirectory = entry.kind === 'directory';
    if (there && (there.kind === 'directory') !== isDirectory) throw new PortsideError('archive-unsafe-path', path);
    this.#entries.set(path, this.#planned(entry, attributes, content));
  }

  #planned(
    entry: Exclude<ArchiveEntry, { kind: 'special' }>,
    attributes: PlannedAttributes,
    content: Content | null,
  ): Planned<Content> {
    switch (entry.kind) {
      case 'directory':
        return { kind: 'directory', attributes };
      case 'symlink':
        return { kind: 'symlink', attributes, target: entry.target };
      case 'link': {
        const linked = this.#entries.get(entry.of);
        if (linked && linked.kind !== 'directory') return linked;
        throw new PortsideError('archive-damaged', `${entry.path} is a link to nothing.`);
      }
      case 'file':
        if (content === null) throw new TypeError(`${entry.path} has no content`);
        return { kind: 'file', attributes, content };
    }
  }

  #addDirectoriesAbove(path: string): void {
    for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      const above = path.slice(0, slash);
      const there = this.#entries.get(above);
      if (!there) this.#entries.set(above, { kind: 'directory', attributes: null });
      else if (there.kind !== 'directory') throw new PortsideError('archive-unsafe-path', path);
    }
  }
}
