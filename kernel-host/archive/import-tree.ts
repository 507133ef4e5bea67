/**
 * Unpacks a tar archive into a folder of the root file system. All of it is read, checked and written beside the folder first; only
 * then, and between two calls of guests, do its files take their places, each by a rename. An archive that is torn or hostile
 * changes nothing.
 */
import type { ImportResult } from '../../protocol/archive.js';
import { PortsideError } from '../../protocol/errors.js';
import type { Kernel } from '../kernel.js';
import { asDamage, readArchive } from './archive-entries.js';
import { ArchivePlan } from './archive-plan.js';
import { isMachineOwn, STAGING_NAME } from './machine-own.js';
import { Placement } from './placement.js';
import { isDirectory, removeTree } from './remove-tree.js';
import { Staging } from './staging.js';
import { findStart } from './tree-walk.js';
import { Turns } from './turns.js';

export interface ImportOptions {
  /** Of an existing folder. */
  readonly path: string;
  /** What is in the folder and not in the archive is removed. */
  readonly replace: boolean;
}

/** Kernels that take an archive in now. */
const importing = new WeakSet<Kernel>();

/** @throws PortsideError whose code begins with `archive-`, or import-under-way */
export async function importTree(
  kernel: Kernel,
  archive: ReadableStream<Uint8Array>,
  { path, replace }: ImportOptions,
): Promise<ImportResult> {
  const refuse = async (error: unknown): Promise<never> => {
    await archive.cancel(error).catch(() => undefined);
    throw error;
  };
  if (importing.has(kernel)) return refuse(new PortsideError('import-under-way'));
  importing.add(kernel);
  try {
    findFolder(kernel, path);
    const { root } = kernel.vfs;
    // Of a machine that was stopped in the middle of an import.
    removeTree(kernel, root.root, new TextEncoder().encode(STAGING_NAME));
    return await take(kernel, new Staging(kernel), archive, { path, replace });
  } catch (error) {
    return await refuse(asDamage(error));
  } finally {
    importing.delete(kernel);
  }
}

async function take(
  kernel: Kernel,
  staging: Staging,
  archive: ReadableStream<Uint8Array>,
  { path, replace }: ImportOptions,
): Promise<ImportResult> {
  try {
    const plan = new ArchivePlan<number>();
    const turns = new Turns(kernel);
    const counts = { files: 0, bytes: 0, skipped: 0 };
    const absolute = findFolder(kernel, path).path;
    for await (const entry of readArchive(archive)) {
      await turns.next();
      if (entry.kind === 'special' || isOwn(absolute, entry.path)) {
        if (entry.kind === 'file') await entry.content.cancel();
        counts.skipped++;
      } else if (entry.kind === 'file') {
        const { node, size } = await staging.take(entry.content, turns);
        plan.add(entry, node);
        counts.files++;
        counts.bytes += size;
      } else plan.add(entry, null);
    }
    if (staging.disturbed) throw new PortsideError('archive-disturbed');
    // From here on without a pause: no guest's call comes between.
    const folder = findFolder(kernel, path);
    const placement = new Placement(kernel, folder, plan, staging);
    placement.check(replace);
    placement.place();
    return { ...counts, removed: replace ? placement.removeOthers() : 0 };
  } finally {
    staging.remove();
  }
}

/** @throws PortsideError archive-path-missing */
function findFolder(kernel: Kernel, path: string): { readonly node: number; readonly path: string } {
  const folder = findStart(kernel, path);
  if (!isDirectory(kernel, folder.node)) throw new PortsideError('archive-path-missing', `${path} is no folder.`);
  return folder;
}

/** Whether a path of the archive lies in what is the machine's own, below the folder. */
function isOwn(folder: string, path: string): boolean {
  for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1))
    if (isMachineOwn(`${folder}/${path.slice(0, slash)}`)) return true;
  return path !== '' && isMachineOwn(`${folder}/${path}`);
}
