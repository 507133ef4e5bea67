/**
 * Reads a tar archive as a stream of entries. Nothing that an archive says is trusted: names that lead elsewhere, entries that
 * contradict each other, wrong checksums and an end in the middle are errors. Knows no file system.
 */
import { createTarDecoder, type ParsedTarEntry } from 'modern-tar';
import { PortsideError } from '../../protocol/errors.js';
import { NAME_MAX, PATH_MAX } from '../abi/fcntl.js';
import type { Timestamp } from '../fs/file-system.js';

interface EntryBase {
  /** Relative, its components joined by slashes; empty for the folder itself. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  readonly mtime: Timestamp;
}

export type ArchiveEntry =
  | (EntryBase & { readonly kind: 'directory' })
  /** The content has to be read to its end, or cancelled, before the next entry is asked for. */
  | (EntryBase & { readonly kind: 'file'; readonly content: ReadableStream<Uint8Array> })
  | (EntryBase & { readonly kind: 'symlink'; readonly target: string })
  /** Another name of the file that stands before it in the archive under `of`. */
  | (EntryBase & { readonly kind: 'link'; readonly of: string })
  /** A device or a pipe. */
  | (EntryBase & { readonly kind: 'special' });

/** @throws PortsideError archive-damaged, archive-unsafe-path, archive-bad-name; and what the stream fails with */
export async function* readArchive(archive: ReadableStream<Uint8Array>): AsyncGenerator<ArchiveEntry, void, void> {
  const tar = await inflated(archive);
  const entries = tar.pipeThrough(createTarDecoder({ strict: true })).getReader();
  try {
    for (;;) {
      const { done, value } = await entries.read();
      if (done) return;
      yield entryOf(value);
    }
  } catch (error) {
    throw asDamage(error);
  } finally {
    // After an error, or when the reader wants no more: the source is told.
    await entries.cancel().catch(() => undefined);
  }
}

/** What the decoder, or a stream before it, has failed with: codes stay, everything else is the archive's fault. */
export function asDamage(error: unknown): unknown {
  if (error instanceof PortsideError) return error;
  return new PortsideError('archive-damaged', error instanceof Error ? error.message : undefined, { cause: error });
}

/** RFC 1952 section 2.3.1. */
const GZIP_MAGIC = [0x1f, 0x8b] as const;

/** The archive without the compression that it may have. */
async function inflated(archive: ReadableStream<Uint8Array>): Promise<ReadableStream<BufferSource & Uint8Array>> {
  const reader = archive.getReader();
  const first = await reader.read();
  const compressed = first.value?.[0] === GZIP_MAGIC[0] && first.value[1] === GZIP_MAGIC[1];
  let held = first.value;
  const whole = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { value, done } = held ? { value: held, done: false } : await reader.read();
      held = undefined;
      if (done || !value) controller.close();
      else controller.enqueue(new Uint8Array(value));
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return compressed ? whole.pipeThrough(new DecompressionStream('gzip')) : whole;
}

function entryOf({ header, body }: ParsedTarEntry): ArchiveEntry {
  const { type = 'file', name, linkname = '', mode = 0 } = header;
  const path = relativePath(name);
  const base = { path, mode: mode & 0o7777, mtime: timeOf(header) };
  if (header.pax && Object.keys(header.pax).some((key) => key.startsWith('GNU.sparse.')))
    throw new PortsideError('archive-damaged', `${name} is stored as a sparse file, which is not read.`);
  switch (type) {
    case 'directory':
      return { ...base, kind: 'directory' };
    case 'symlink':
      if (linkname === '' || linkname.length >= PATH_MAX || linkname.includes('\0'))
        throw new PortsideError('archive-damaged', `${name} is a link to nothing.`);
      return { ...base, kind: 'symlink', target: linkname };
    case 'link':
      return { ...base, kind: 'link', of: relativePath(linkname) };
    case 'file':
      if (path === '') throw new PortsideError('archive-damaged', 'A file has no name.');
      return { ...base, kind: 'file', content: body };
    default:
      return { ...base, kind: 'special' };
  }
}

/** @throws PortsideError archive-unsafe-path, archive-bad-name */
function relativePath(name: string): string {
  if (name.startsWith('/')) throw new PortsideError('archive-unsafe-path', name);
  const components = name.split('/').filter((component) => component !== '' && component !== '.');
  const encoder = new TextEncoder();
  let length = 0;
  for (const component of components) {
    if (component === '..') throw new PortsideError('archive-unsafe-path', name);
    const bytes = encoder.encode(component).length;
    length += bytes + 1;
    // What is not UTF-8 was read as U+FFFD (Encoding, section 4.1).
    if (bytes > NAME_MAX || length >= PATH_MAX || component.includes('\0') || component.includes('\uFFFD'))
      throw new PortsideError('archive-bad-name', name.slice(0, NAME_MAX));
  }
  return components.join('/');
}

function timeOf({ mtime, pax }: ParsedTarEntry['header']): Timestamp {
  const exact = /^(-?)(\d{1,15})(?:\.(\d+))?$/.exec(pax?.mtime ?? '');
  if (!exact) {
    const milliseconds = mtime?.getTime() ?? 0;
    return { seconds: Number.isFinite(milliseconds) ? Math.floor(milliseconds / 1000) : 0, nanoseconds: 0 };
  }
  const seconds = Number(exact[2]);
  const nanoseconds = Number((exact[3] ?? '').slice(0, 9).padEnd(9, '0'));
  if (exact[1] === '') return { seconds, nanoseconds };
  return nanoseconds === 0
    ? { seconds: -seconds, nanoseconds }
    : { seconds: -seconds - 1, nanoseconds: 1e9 - nanoseconds };
}
