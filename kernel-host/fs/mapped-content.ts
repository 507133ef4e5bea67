/** What a file system tells those who keep a file's bytes in memory of processes as well. */
import type { FileSystem } from './file-system.js';

export interface MappedContent {
  /** The bytes of a file are about to be read: what mappings have changed belongs into it. @throws AbsentBlocks */
  reading(fileSystem: FileSystem, node: number): void;
  /** The file holds these bytes from now on. */
  written(fileSystem: FileSystem, node: number, offset: number, bytes: Uint8Array): void;
  /** The file ends here from now on. */
  truncated(fileSystem: FileSystem, node: number, size: number): void;
}

/** Of a file system whose files nobody maps. */
export const nothingMapped: MappedContent = {
  reading: () => undefined,
  written: () => undefined,
  truncated: () => undefined,
};
