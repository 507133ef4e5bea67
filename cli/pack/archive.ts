/** A site out of a tar archive: one that was exported, or any of a document root. Nothing of it is trusted (archive-entries.ts). */
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { asDamage, readArchive } from '../../kernel-host/archive/archive-entries.js';
import { ArchivePlan, type Planned } from '../../kernel-host/archive/archive-plan.js';
import type { ImageSource } from '../../kernel-host/image/writer.js';
import { PortsideError } from '../../protocol/errors.js';
import { countFiles } from '../words.js';
import { DOCUMENT_ROOT, IMAGE_DOCUMENT_ROOT, MOUNT_POINT, surroundings } from './guest-layout.js';
import type { Scan } from './scan.js';

/** Where the content of a file was put. */
interface Unpacked {
  readonly file: string;
  readonly size: number;
}

/** Names in an archive are relative to the root. */
const inArchive = (path: string): string => path.slice(1);

/**
 * All that an archive has for an image. One that holds the document root where a machine has it is of a whole site; any other is the
 * document root itself.
 * @param scratch empty folder for the contents of the files
 * @throws PortsideError archive-unreadable, archive-damaged, archive-unsafe-path, archive-bad-name, archive-empty
 */
export async function scanArchive(path: string, scratch: string): Promise<Scan> {
  const { plan, specials } = await unpack(path, scratch);
  const notes = specials > 0 ? [`Left out ${specials} devices and pipes of the archive.`] : [];
  const wholeSite = plan.entries.get(inArchive(DOCUMENT_ROOT))?.kind === 'directory';
  const made = new Set(surroundings().map((source) => source.path));
  const sources: ImageSource[] = [];
  let outside = 0;
  for (const [entry, planned] of plan.entries) {
    const placed = wholeSite ? below(inArchive(MOUNT_POINT), entry) : join(IMAGE_DOCUMENT_ROOT, entry);
    if (placed === undefined) outside += planned.kind === 'directory' ? 0 : 1;
    else if (!made.has(placed)) sources.push(source(placed, planned));
  }
  if (outside > 0)
    notes.push(`Left out ${countFiles(outside)} of the archive: a packed site has its own ${MOUNT_POINT} alone.`);
  if (!sources.some(({ type }) => type === 'file')) throw new PortsideError('archive-empty', path);
  return { sources, notes };
}

async function unpack(path: string, scratch: string) {
  const plan = new ArchivePlan<Unpacked>();
  let specials = 0;
  let files = 0;
  try {
    for await (const entry of readArchive(streamOf(bytesOf(path)))) {
      if (entry.kind === 'special') specials++;
      else if (entry.kind === 'file') {
        const file = join(scratch, String(files++));
        const target = createWriteStream(file);
        await pipeline(entry.content, target);
        plan.add(entry, { file, size: target.bytesWritten });
      } else plan.add(entry, null);
    }
  } catch (error) {
    throw asDamage(error);
  }
  return { plan, specials };
}

async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path)) yield chunk;
  } catch (cause) {
    throw new PortsideError('archive-unreadable', path, { cause });
  }
}

/** `ReadableStream.from`, which Node 20.0 to 20.5 lacks. */
function streamOf(bytes: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await bytes.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await bytes.return(undefined);
    },
  });
}

function below(folder: string, path: string): string | undefined {
  if (path === folder) return '';
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
}

/** A folder that the archive only names has the permissions that folders have. */
function source(path: string, planned: Planned<Unpacked>): ImageSource {
  const { mode, mtime } = planned.attributes ?? { mode: 0o755, mtime: { seconds: 0, nanoseconds: 0 } };
  const common = { path, permissions: mode, mtime: mtime.seconds * 1000 + Math.floor(mtime.nanoseconds / 1e6) };
  switch (planned.kind) {
    case 'directory':
      return { ...common, type: 'directory' };
    case 'symlink':
      return { ...common, type: 'link', target: planned.target };
    case 'file': {
      const { file, size } = planned.content;
      return { ...common, type: 'file', size, read: () => createReadStream(file) };
    }
  }
}
