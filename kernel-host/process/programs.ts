/** The programs of a machine: compiled modules, of which the host installs some and others are files that guests exec. */
import { ENOEXEC, Errno } from '../abi/errno.js';
import type { Place } from '../fs/vfs.js';
import { type Abi, detectAbi } from '../guest/abi.js';
import type { Kernel } from '../kernel.js';
import { opened } from './opened.js';

export interface Program {
  readonly abi: Abi;
  readonly module: WebAssembly.Module;
}

interface Compiled {
  /** Of the file that was compiled: another one is compiled anew. */
  readonly size: number;
  readonly changed: number;
  readonly program: Program;
}

/** `\0asm` (WebAssembly core specification, 5.5.16). */
const MAGIC = 0x6d736100;
/** Modules compiled from files that are kept: as many as a shell script runs by turns. */
const MOST_COMPILED = 64;

export class Programs {
  readonly #installed = new Map<string, Program>();
  readonly #compiled = new Map<string, Compiled>();

  install(path: string, program: Program): void {
    this.#installed.set(path, program);
  }

  at(path: string): Program | null {
    return this.#installed.get(path) ?? null;
  }

  /** Compiles a file, unless that was done. @throws Errno ENOEXEC; AbsentBlocks, to be called again */
  load(kernel: Kernel, place: Place): Program {
    const { size, mtime, mtimeNanoseconds } = kernel.vfs.attributes(place);
    const changed = mtime * 1e9 + mtimeNanoseconds;
    const key = kernel.lockKey(place);
    const known = this.#compiled.get(key);
    if (known?.size === size && known.changed === changed) {
      // Used last: it is dropped last.
      this.#compiled.delete(key);
      this.#compiled.set(key, known);
      return known.program;
    }
    const program = compile(opened(place, () => read(place, size)));
    this.#compiled.set(key, { size, changed, program });
    for (const oldest of this.#compiled.keys()) {
      if (this.#compiled.size <= MOST_COMPILED) break;
      this.#compiled.delete(oldest);
    }
    return program;
  }
}

function read({ fileSystem, node }: Place, size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let done = 0; done < size; ) {
    const count = fileSystem.read(node, done, bytes.subarray(done));
    if (count < 0) throw new Errno(-count);
    if (count === 0) throw new Errno(ENOEXEC);
    done += count;
    if (done === count && (size < 8 || new DataView(bytes.buffer).getUint32(0, true) !== MAGIC))
      throw new Errno(ENOEXEC);
  }
  return bytes;
}

function compile(bytes: Uint8Array<ArrayBuffer>): Program {
  let module: WebAssembly.Module;
  try {
    module = new WebAssembly.Module(bytes);
  } catch (cause) {
    throw new Errno(ENOEXEC, { cause });
  }
  const abi = detectAbi(module);
  if (!abi) throw new Errno(ENOEXEC);
  return { abi, module };
}
