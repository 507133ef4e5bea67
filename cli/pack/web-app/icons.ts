/** The icons that a site is installed with: its own where it has a usable one, else one that is drawn here. */
import { readFile } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { PortsideError } from '../../../protocol/errors.js';
import { drawIcon } from './drawn-icon.js';
import { pngSize } from './png.js';

export interface Icon {
  readonly name: string;
  readonly extension: 'png' | 'svg';
  /** As in the manifest. */
  readonly sizes: string;
  readonly type: 'image/png' | 'image/svg+xml';
  /** `maskable`: what matters of it lies in the middle, and systems may cut it into a shape of their own. */
  readonly purpose: 'any' | 'maskable';
  readonly bytes: Buffer;
}

/** Chromium installs nothing with a smaller one (`kMinimumPrimaryIconSizeInPx`). */
const SMALLEST = 144;

/** What sites call theirs, the largest first. SVG has every size. */
const CUSTOMARY = [
  'icon.svg',
  'favicon.svg',
  'assets/icon.svg',
  'icon-512.png',
  'icon-192.png',
  'icon.png',
  'apple-touch-icon.png',
  'apple-touch-icon-precomposed.png',
  'favicon.png',
];

/**
 * @param named The file that its author names, relative to the current folder or to `docroot`.
 * @throws PortsideError `icon-unusable` where that is missing, or is no icon.
 */
export async function siteIcons(docroot: string, named: string | undefined): Promise<readonly Icon[]> {
  if (named !== undefined) {
    const own = (await usable(resolve(named))) ?? (await usable(resolve(docroot, named)));
    if (!own) throw new PortsideError('icon-unusable', named);
    return [own, maskable(own)];
  }
  for (const name of CUSTOMARY) {
    const own = await usable(join(docroot, name));
    if (own) return [own, maskable(own)];
  }
  // The sizes that Chromium asks for on a home screen and on its splash screen.
  return [drawn(192, 'any'), drawn(512, 'any'), drawn(512, 'maskable')];
}

async function usable(path: string): Promise<Icon | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  if (!bytes) return undefined;
  const common = { name: 'icon', purpose: 'any', bytes } as const;
  if (extname(path).toLowerCase() === '.svg' && bytes.includes('<svg'))
    return { ...common, extension: 'svg', sizes: 'any', type: 'image/svg+xml' };
  const size = pngSize(bytes);
  if (!size || size.width !== size.height || size.width < SMALLEST) return undefined;
  return { ...common, extension: 'png', sizes: `${size.width}x${size.height}`, type: 'image/png' };
}

const drawn = (size: number, purpose: Icon['purpose']): Icon => ({
  name: purpose === 'any' ? `icon-${size}` : `icon-${purpose}-${size}`,
  extension: 'png',
  sizes: `${size}x${size}`,
  type: 'image/png',
  purpose,
  bytes: drawIcon(size, { whole: purpose === 'maskable' }),
});

/**
 * The same icon on a ground that may be cut. At three fifths of the side it lies within the circle that no system cuts, all but the
 * tips of its corners.
 */
function maskable({ type, bytes }: Icon): Icon {
  const source = `data:${type};base64,${bytes.toString('base64')}`;
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">' +
    '<rect width="100" height="100" fill="#fbfaf8"/>' +
    `<image x="20" y="20" width="60" height="60" href="${source}"/></svg>\n`;
  return {
    name: 'icon-maskable',
    extension: 'svg',
    sizes: 'any',
    type: 'image/svg+xml',
    purpose: 'maskable',
    bytes: Buffer.from(svg),
  };
}
