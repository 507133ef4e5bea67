/** Programs as guests find them: an executable file whose code is a module that is compiled already. */
import type { Kernel } from '../kernel.js';
import type { Program } from '../process/programs.js';
import { writeFile } from './root-tree.js';

const encoder = new TextEncoder();

/** @throws Errno ENOSPC */
export function installProgram(kernel: Kernel, path: string, program: Program): void {
  // The module is the program; the file only lets it be found, looked at and permitted.
  writeFile(kernel, path, encoder.encode(`#!portside ${program.abi}\n`), 0o755);
  const place = kernel.vfs.lookup(
    { fileSystem: kernel.vfs.root, node: kernel.vfs.root.root },
    encoder.encode(path),
    true,
  );
  kernel.programs.install(kernel.lockKey(place), program);
}
