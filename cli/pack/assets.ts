import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip, gzip } from 'node:zlib';
import { PortsideError } from '../../protocol/errors.js';
import { type Asset, type ChunkEntry, chunkAsset, MANIFEST_FILE } from '../../protocol/site.js';
import type { PhpGuest } from '../php/guest.js';
import type { Icon } from './web-app/icons.js';

const compress = promisify(gzip);

/** Folder of a packed site that holds everything with a hash in its name. */
export const ASSET_FOLDER = '.portside';

/**
 * Compressed assets are called `.bin`, not `.gz`: many static hosts serve a name that ends in `.gz` with
 * `Content-Encoding: gzip`, browsers then undo the compression, and size and digest no longer match.
 */
const COMPRESSED = 'bin';

/** Measured on 21 MB of sources: level 9 takes 1.8 times as long and saves 0.5 %. */
const IMAGE_LEVEL = 6;

/** Writes assets into the folder `.portside` of `site`. */
export class AssetWriter {
  readonly #site: string;

  constructor(site: string) {
    this.#site = site;
  }

  /** A JavaScript bundle, as it stands. */
  async script(name: string, file: string): Promise<Asset> {
    return this.#write(name, 'js', createReadStream(file));
  }

  async icon({ name, extension, bytes }: Icon): Promise<Asset> {
    return this.#write(name, extension, Readable.from([bytes]));
  }

  /** The manifest, beside the pages. */
  async manifest(text: string): Promise<Asset> {
    await writeFile(join(this.#site, MANIFEST_FILE), text);
    return {
      path: MANIFEST_FILE,
      size: Buffer.byteLength(text),
      sha256: createHash('sha256').update(text).digest('hex'),
    };
  }

  /** The index of the packed files, compressed here. */
  async image(index: Uint8Array): Promise<Asset> {
    const asset = await this.#write('image', COMPRESSED, [await compress(index, { level: IMAGE_LEVEL })]);
    return { ...asset, encoding: 'gzip', rawSize: index.length };
  }

  /** A chunk of the packed files, compressed here. */
  async chunk(data: Uint8Array): Promise<ChunkEntry> {
    const stored = await compress(data, { level: IMAGE_LEVEL });
    const entry: ChunkEntry = [createHash('sha256').update(stored).digest('hex'), stored.length, data.length];
    // Two of the same content are one.
    await writeFile(join(this.#site, chunkAsset(entry).path), stored);
    return entry;
  }

  /**
   * The guest, compressed as it is in the cache.
   * @throws PortsideError `php-damaged` if the cache does not hold what was put there.
   */
  async guest({ label, compressed, sha256 }: PhpGuest): Promise<Asset> {
    const damaged = (cause?: unknown) =>
      new PortsideError('php-damaged', `Delete ${dirname(compressed)}, and it is had anew.`, { cause });
    const raw = new Meter();
    await pipeline(createReadStream(compressed), createGunzip(), raw, drain).catch((cause) => {
      throw damaged(cause);
    });
    if (raw.sha256() !== sha256) throw damaged();
    const asset = await this.#write(`php-${label}`, COMPRESSED, createReadStream(compressed));
    return { ...asset, encoding: 'gzip', rawSize: raw.size };
  }

  async #write(
    name: string,
    extension: string,
    from: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    ...through: readonly Transform[]
  ): Promise<Asset> {
    const folder = join(this.#site, ASSET_FOLDER);
    const unnamed = join(folder, `${name}.part`);
    const served = new Meter();
    await pipeline([from, ...through, served, createWriteStream(unnamed)]);
    const sha256 = served.sha256();
    // 64 bits of the digest: enough that two contents never share a name by chance.
    const file = `${name}.${sha256.slice(0, 16)}.${extension}`;
    await rename(unnamed, join(folder, file));
    return { path: `${ASSET_FOLDER}/${file}`, size: served.size, sha256 };
  }
}

/** Passes bytes on, and counts and digests them. */
class Meter extends Transform {
  readonly #hash = createHash('sha256');
  size = 0;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error: null, chunk: Buffer) => void): void {
    this.#hash.update(chunk);
    this.size += chunk.length;
    done(null, chunk);
  }

  /** Lower-case hex; to be asked once, after the last byte. */
  sha256(): string {
    return this.#hash.digest('hex');
  }
}

async function drain(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of bytes);
}
