import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PortsideError } from '../../protocol/errors.js';
import { MANIFEST_FILE } from '../../protocol/site.js';
import { ASSET_FOLDER } from './assets.js';

/** Says that a folder is a packed site, and how it was packed: the site's configuration. */
export const SITE_FILE = `${ASSET_FOLDER}/site.json`;

/** The licences of everything that a site carries. */
export const LICENSE_FILE = `${ASSET_FOLDER}/licenses.txt`;

/** Names of what is not ready yet, within the output folder: on the same file system, so that a rename can move it. */
export const UNFINISHED_PREFIX = '.portside-unfinished-';

export async function isPacked(folder: string): Promise<boolean> {
  return access(join(folder, SITE_FILE)).then(
    () => true,
    () => false,
  );
}

/**
 * Makes sure that `folder` may be written to: it is new, empty, or a packed site.
 * @throws PortsideError `out-not-packed`; an error of the system where the folder cannot be made
 */
export async function claimOutput(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const strangers = (await readdir(folder)).filter((name) => !name.startsWith(UNFINISHED_PREFIX));
  if (strangers.length > 0 && !(await isPacked(folder))) throw new PortsideError('out-not-packed', folder);
}

/**
 * Puts the site that lies ready in `fresh` in place of the one in `folder`.
 *
 * Assets come first, then the files that name them, and the old assets go last: at each moment the folder is a site that
 * works, and files that Portside did not write (a CNAME, a .git) stay.
 */
export async function publish(fresh: string, folder: string): Promise<void> {
  const assets = join(folder, ASSET_FOLDER);
  await mkdir(assets, { recursive: true });
  const kept = new Set(await readdir(join(fresh, ASSET_FOLDER)));
  for (const name of kept) await rename(join(fresh, ASSET_FOLDER, name), join(assets, name));
  for (const name of ['.nojekyll', MANIFEST_FILE, 'sw.js', '404.html', 'index.html'])
    await rename(join(fresh, name), join(folder, name));
  for (const name of await readdir(assets)) {
    if (!kept.has(name)) await rm(join(assets, name), { recursive: true });
  }
}
