import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PhpGuest } from '../php/guest.js';

/** What the build writes for each package that went into a bundle (rollup.config.mjs). */
interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly text: string;
}

/**
 * The licences of all that a packed site carries, as one text for people.
 * @param folder Where the build left those of the bundled packages.
 */
export async function licenseText(folder: string, { origin, license }: PhpGuest): Promise<string> {
  const packages = await bundledPackages(folder);
  const sections = [
    section(origin, await readFile(license, 'utf8')),
    ...packages.map((bundled) => section(`${bundled.name} ${bundled.version} (${bundled.license})`, bundled.text)),
  ];
  return [
    'Licences of the software that this site carries. The files of the site itself are not covered.\n',
    ...sections,
  ].join('\n');
}

async function bundledPackages(folder: string): Promise<BundledPackage[]> {
  const packages = new Map<string, BundledPackage>();
  for (const file of await readdir(folder)) {
    const list: readonly BundledPackage[] = JSON.parse(await readFile(join(folder, file), 'utf8'));
    for (const bundled of list) packages.set(`${bundled.name} ${bundled.version}`, bundled);
  }
  return [...packages.keys()].sort().flatMap((key) => packages.get(key) ?? []);
}

function section(title: string, text: string): string {
  return `${'='.repeat(80)}\n${title}\n${'='.repeat(80)}\n\n${text.trim()}\n`;
}
