import { access, constants } from 'node:fs/promises';
import { PortsideError } from '../protocol/errors.js';
import { type PackOptions, packSite } from './pack/site.js';
import { startProgress } from './progress.js';
import { byteSize, countFiles } from './words.js';

/** What a person chooses about a packed site. */
export type PackSettings = Omit<PackOptions, 'docroot' | 'out'>;

/** Packs a folder, or an archive of one, and says what happens. */
export async function pack(
  docroot: string,
  options: PackSettings & { readonly out: string },
  isArchive = false,
): Promise<void> {
  const progress = startProgress(isArchive ? 'reading the archive' : 'looking at the folder');
  try {
    if (isArchive) await access(docroot, constants.R_OK).catch((cause) => unreadable(docroot, cause));
    const { site, files, bytes, notes } = await packSite({ ...options, docroot }, progress);
    const { guest, image, shell, kernelWorker, processWorker } = site.assets;
    const download = [guest, image, shell, kernelWorker, processWorker].reduce((sum, asset) => sum + asset.size, 0);
    progress.succeed(
      `packed ${countFiles(files)} (${byteSize(bytes)}) into ${options.out}; a first visit downloads ${byteSize(download)}`,
    );
    for (const note of notes) console.error(`portside: ${note}`);
  } catch (error) {
    progress.stop();
    throw error;
  }
}

function unreadable(archive: string, cause: unknown): never {
  throw new PortsideError('archive-unreadable', archive, { cause });
}
