/** Fills restored files with their bytes. */
import { promisifyRequest } from 'idb-keyval';
import { Errno } from '../abi/errno.js';
import type { MemoryFileSystem } from '../fs/memory-file-system.js';
import { damaged } from './contents.js';
import type { Database } from './database.js';
import { anyBlockRange, STORED_BLOCK } from './records.js';
import type { RestoredFile } from './restore.js';

/** Blocks in one request: 4 MiB in flight, and few requests. */
const BATCH = 64;

/** @throws PortsideError store-damaged; Errno ENOSPC; DOMException of IndexedDB */
export async function readFileBytes(
  database: Database,
  fileSystem: MemoryFileSystem,
  files: readonly RestoredFile[],
): Promise<void> {
  const inodes = new Map<number, number>(files.map(({ number, inode }) => [number, inode]));
  for (let range = anyBlockRange(); ; ) {
    const [keys, values] = await database.read((store) =>
      Promise.all([
        promisifyRequest(store.getAllKeys(range, BATCH)),
        promisifyRequest<unknown[]>(store.getAll(range, BATCH)),
      ]),
    );
    for (const [index, value] of values.entries()) {
      const key: unknown = keys[index];
      if (!Array.isArray(key) || !(value instanceof Uint8Array)) throw damaged('A block of it is of no known form.');
      const [, number, block]: unknown[] = key;
      const inode = typeof number === 'number' ? inodes.get(number) : undefined;
      if (inode === undefined || typeof block !== 'number') throw damaged('A block of it belongs to no file.');
      place(fileSystem, inode, block * STORED_BLOCK, value);
    }
    const last = keys.at(-1);
    if (values.length < BATCH || last === undefined) return;
    range = anyBlockRange(last);
  }
}

function place(fileSystem: MemoryFileSystem, inode: number, position: number, bytes: Uint8Array): void {
  // Bytes behind the file's size are of no meaning.
  const length = Math.min(bytes.length, fileSystem.size(inode) - position);
  if (length <= 0) return;
  const written = fileSystem.write(inode, position, bytes.subarray(0, length));
  if (written < 0) throw new Errno(-written);
}
