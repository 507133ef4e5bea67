import { type PackOptions, packSite } from './pack/site.js';
import { startProgress } from './progress.js';

/** What a person chooses about a packed site. */
export type PackSettings = Omit<PackOptions, 'docroot' | 'out'>;

/** Packs a folder and says what happens. */
export async function pack(docroot: string, options: PackSettings & { readonly out: string }): Promise<void> {
  const progress = startProgress('looking at the folder');
  try {
    const { site, files, bytes, notes } = await packSite({ ...options, docroot }, progress);
    const { guest, image, shell, kernelWorker, processWorker } = site.assets;
    const download = [guest, image, shell, kernelWorker, processWorker].reduce((sum, asset) => sum + asset.size, 0);
    progress.succeed(
      `packed ${files.toLocaleString('en')} files (${megabytes(bytes)}) into ${options.out}; ` +
        `a first visit downloads ${megabytes(download)}`,
    );
    for (const note of notes) console.error(`portside: ${note}`);
  } catch (error) {
    progress.stop();
    throw error;
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
