import { chunkAsset } from '../protocol/site.js';
import { type PackOptions, packSite } from './pack/site.js';
import { obtainPhp } from './php/obtain.js';
import { startProgress } from './progress.js';
import { byteSize, countFiles } from './words.js';

/** What a person chooses about a packed site. */
export type PackSettings = Omit<PackOptions, 'docroot' | 'out'> & {
  /** Folder of what programs are built with. */
  readonly guest: string;
};

/** Packs a folder, or an archive of one, and says what happens. */
export async function pack(docroot: string, options: PackSettings & { readonly out: string }): Promise<void> {
  const progress = startProgress(options.isArchive ? 'reading the archive' : 'looking at the folder');
  try {
    const { site, files, bytes, notes } = await packSite({ ...options, docroot }, progress, obtainPhp(options.guest));
    const first = [...Object.values(site.assets), ...site.chunks.slice(0, site.firstChunks).map(chunkAsset)];
    const download = first.reduce((sum, asset) => sum + asset.size, 0);
    progress.succeed(
      `packed ${countFiles(files)} (${byteSize(bytes)}) into ${options.out}; a first visit downloads ${byteSize(download)}`,
    );
    for (const note of notes) console.error(`portside: ${note}`);
  } catch (error) {
    progress.stop();
    throw error;
  }
}
