/** What exec finds at a path: a program, or a script and who reads it (execve(2); POSIX 2.9.1.6 for PATH). */
import { E2BIG, EACCES, EIO, ELOOP, ENOENT, ENOEXEC, ENOTDIR, Errno } from '../abi/errno.js';
import { MS_NOEXEC } from '../abi/mount.js';
import { ARG_MAX } from '../abi/process.js';
import { S_IFMT, S_IFREG } from '../abi/stat.js';
import { MAY_EXECUTE } from '../fs/permissions.js';
import type { Place } from '../fs/vfs.js';
import type { Kernel } from '../kernel.js';
import { opened } from './opened.js';
import type { Program } from './programs.js';

/** linux/binfmts.h: BINPRM_BUF_SIZE, which a script's first line has to fit. */
const FIRST_LINE = 256;
/** fs/exec.c: scripts that name scripts, beyond which Linux gives ELOOP. */
const MOST_INTERPRETERS = 5;

export interface Executable {
  readonly program: Program;
  readonly place: Place;
  /** As found: a script's is the script's. */
  readonly path: string;
  /** With what a script's first line puts before. */
  readonly arguments: readonly string[];
}

const encoder = new TextEncoder();
/** Paths are bytes: what is no UTF-8 does not come back as it was, which is why only scripts' own are decoded. */
const decoder = new TextDecoder();

/**
 * @param path with a slash: the program itself; without: looked for in each directory of `directories`.
 * @throws Errno ENOENT, EACCES, ENOEXEC, ENOTDIR, ELOOP
 */
export function search(
  kernel: Kernel,
  cwd: Place,
  path: string,
  argv: readonly string[],
  directories: string,
): Executable {
  if (path === '') throw new Errno(ENOENT);
  if (path.includes('/')) return executableAt(kernel, cwd, path, argv);
  let failure = ENOENT;
  for (const directory of directories.split(':')) {
    try {
      return executableAt(kernel, cwd, `${directory || '.'}/${path}`, argv);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      // execvp: EACCES is remembered, and told when nothing better is found.
      if (error.errno === EACCES) failure = EACCES;
      else if (error.errno !== ENOENT && error.errno !== ENOTDIR) throw error;
    }
  }
  throw new Errno(failure);
}

/** @throws Errno ENOENT, EACCES, ENOEXEC, ENOTDIR, ELOOP; AbsentBlocks, to be called again */
export function executableAt(kernel: Kernel, cwd: Place, path: string, argv: readonly string[]): Executable {
  return executable(kernel, cwd, kernel.vfs.lookup(cwd, encoder.encode(path), true), path, argv);
}

/** What has been found at a path. @param cwd where interpreters are looked for. @throws as `executableAt` */
export const executable = (
  kernel: Kernel,
  cwd: Place,
  place: Place,
  path: string,
  argv: readonly string[],
): Executable => inspect(kernel, cwd, place, path, argv, 0);

function inspect(
  kernel: Kernel,
  cwd: Place,
  place: Place,
  path: string,
  argv: readonly string[],
  depth: number,
): Executable {
  if (depth > MOST_INTERPRETERS) throw new Errno(ELOOP);
  const { mode } = kernel.vfs.attributes(place);
  if ((mode & S_IFMT) !== S_IFREG || (mode & 0o111) === 0) throw new Errno(EACCES);
  if (((place.fileSystem.restrictions ?? 0) & MS_NOEXEC) !== 0) throw new Errno(EACCES);
  kernel.vfs.check(place, MAY_EXECUTE);
  const installed = kernel.programs.at(kernel.lockKey(place));
  if (installed) return { program: installed, place, path, arguments: argv };
  const line = opened(place, () => firstLine(place));
  if (line === null) return { program: kernel.programs.load(kernel, place), place, path, arguments: argv };
  const [, interpreter, argument] = /^[ \t]*([^ \t]+)(?:[ \t]+(.*?))?[ \t]*$/.exec(line) ?? [];
  if (!interpreter) throw new Errno(ENOEXEC);
  const rest = [path, ...argv.slice(1)];
  const words = argument ? [interpreter, argument, ...rest] : [interpreter, ...rest];
  const found = kernel.vfs.lookup(cwd, encoder.encode(interpreter), true);
  return { ...inspect(kernel, cwd, found, interpreter, words, depth + 1), path };
}

/** What follows `#!`; null where the file begins otherwise. @throws Errno */
function firstLine(place: Place): string | null {
  const head = new Uint8Array(FIRST_LINE);
  const count = place.fileSystem.read(place.node, 0, head);
  if (count < 0) throw new Errno(count === -EIO ? EIO : EACCES);
  if (head[0] !== 0x23 || head[1] !== 0x21) return null;
  const end = head.subarray(0, count).indexOf(0x0a);
  return decoder.decode(head.subarray(2, end < 0 ? count : end));
}

/** @throws Errno E2BIG */
export function checkSize(argv: readonly string[], environment: readonly string[]): void {
  // A pointer to each, and its NUL.
  const size = [...argv, ...environment].reduce((sum, text) => sum + text.length + 5, 0);
  if (size > ARG_MAX) throw new Errno(E2BIG);
}
