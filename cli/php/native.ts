/** PHP built by `portside cc`: half and less of the download, with fewer extensions. */
import { createHash } from 'node:crypto';
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { PortsideError } from '../../protocol/errors.js';
import { Ports } from '../ports.js';
import { withTemporaryDirectory } from '../temporary.js';
import { writing } from '../writing.js';
import type { PhpGuest } from './guest.js';

/** @throws PortsideError port-failed, php-cache-unwritable */
export async function nativePhp(guest: string, step: (text: string) => void): Promise<PhpGuest> {
  const ports = await Ports.in(guest);
  const { folder, version, programs } = await ports.get('php', step);
  const [program] = programs;
  if (!program) throw new PortsideError('port-failed', 'php has no program.');
  const wasm = join(folder, program.file);
  const bytes = await readFile(wasm);
  const compressed = `${wasm}.gz`;
  if (!(await stat(compressed).catch(() => undefined)))
    await writing('php-cache-unwritable', () => compress(bytes, compressed, folder));
  return {
    label: `${version}-native`,
    origin: `PHP ${version} and the libraries that it is linked with, built by Portside from Debian's sources`,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    wasm,
    compressed,
    license: join(folder, 'LICENCE'),
  };
}

/** Appears whole. */
async function compress(bytes: Uint8Array, target: string, folder: string): Promise<void> {
  const result = await promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION });
  await withTemporaryDirectory(`${folder}.`, async (work) => {
    const file = join(work, 'compressed');
    await writeFile(file, result);
    await rename(file, target);
  });
}
