/**
 * Builds what `portside cc` compiles against: musl's headers, libc.a, crt1.o. Musl's source is Debian's, checked by its SHA-256; what
 * is ours lies in `musl/` (`overlay/` is laid over the source, `upstream.patch` changes a few of its files). The result goes to
 * a folder of the cache that is named after all it was made from, and appears there whole.
 *
 * `node guest/build-sysroot.mjs` builds it if it is not there, and prints its path.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const MUSL = {
  version: '1.2.3',
  url: 'http://deb.debian.org/debian/pool/main/m/musl/musl_1.2.3.orig.tar.gz',
  sha256: '7d5b0b6062521e4627e099e4c9dc8248d32a30285e959b7eecaa780cf8cfd4a4',
};

const here = fileURLToPath(new URL('.', import.meta.url));
const run = promisify(execFile);

/** Programs that the build runs, and the Debian packages that bring them. */
const TOOLS = {
  'clang-22': 'clang-22',
  'wasm-ld-22': 'lld-22',
  'llvm-ar-22': 'llvm-22',
  'llvm-ranlib-22': 'llvm-22',
  make: 'make',
  patch: 'patch',
  tar: 'tar',
};

/** What makes a compiler's output a program for our kernel; `portside cc` passes the same. */
export const TARGET_FLAGS = [
  '--target=wasm32-unknown-unknown',
  ...['linux', 'unix'].flatMap((name) => [`-D__${name}__=1`, `-D__${name}=1`, `-D${name}=1`]),
  '-matomics',
  '-mbulk-memory',
  '-ftls-model=local-exec',
  '-mllvm',
  '-wasm-enable-sjlj',
];

/** A failure that a person can mend: its message says how. */
export class SysrootError extends Error {}

/**
 * The folder of the sysroot, built first when it is not there.
 * @param {(step: string) => void} onStep hears what a build does.
 * @returns {Promise<string>}
 * @throws {SysrootError}
 */
export async function sysroot(onStep) {
  const folder = join(cacheDirectory(), `sysroot-${await inputsHash()}`);
  if (existsSync(folder)) return folder;
  await checkTools();
  await mkdir(cacheDirectory(), { recursive: true });
  const work = await mkdtemp(`${folder}.`);
  try {
    onStep(`building the C library (musl ${MUSL.version}); this is done once`);
    await build(work, onStep);
    await rename(join(work, 'sysroot'), folder).catch((error) => {
      // Another process was faster; it made the same of the same.
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return folder;
}

/** As in cli/php/cache.ts (XDG Base Directory Specification). */
function cacheDirectory() {
  const { PORTSIDE_CACHE: own, XDG_CACHE_HOME: xdg } = process.env;
  if (own) return resolve(own);
  return join(xdg?.startsWith('/') ? xdg : join(homedir(), '.cache'), 'portside');
}

/** Of this script, which holds the flags and the source's checksum, and of every file of ours. */
async function inputsHash() {
  const hash = createHash('sha256').update(await readFile(fileURLToPath(import.meta.url)));
  const entries = await readdir(join(here, 'musl'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort())
    hash
      .update(file.slice(here.length))
      .update('\0')
      .update(await readFile(file));
  return hash.digest('hex').slice(0, 16);
}

async function checkTools() {
  const folders = (process.env.PATH ?? '').split(':');
  const missing = Object.keys(TOOLS).filter((tool) => !folders.some((folder) => existsSync(join(folder, tool))));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((tool) => TOOLS[tool]))];
  throw new SysrootError(`${missing.join(', ')} not found in PATH. On Debian: apt-get install ${packages.join(' ')}.`);
}

/** Leaves the sysroot in `work`/sysroot. */
async function build(work, onStep) {
  const archive = join(work, 'musl.tar.gz');
  await writeFile(archive, await download());
  await tool(work, 'tar', ['-xzf', archive]);
  const source = join(work, `musl-${MUSL.version}`);
  await cp(join(here, 'musl/overlay'), source, { recursive: true });
  await tool(source, 'patch', ['-p1', '-s', '-i', join(here, 'musl/upstream.patch')]);
  await writeFile(join(source, 'config.mak'), makeSettings(join(work, 'sysroot')));
  onStep('compiling');
  await tool(source, 'make', ['-s', `-j${Math.min(2, availableParallelism())}`, 'install-libs', 'install-headers']);
  await tool(source, 'clang-22', [
    ...TARGET_FLAGS,
    '-mexception-handling',
    '-c',
    'src/setjmp/tag/c_longjmp.s',
    '-o',
    join(work, 'sysroot/lib/c_longjmp.o'),
  ]);
}

async function download() {
  const failed = (why) =>
    new SysrootError(`The source of musl could not be had from ${MUSL.url}: ${why}. Check the network and try again.`);
  const response = await fetch(MUSL.url).catch((error) => {
    throw failed(error.cause?.message ?? error.message);
  });
  if (!response.ok) throw failed(`HTTP status ${response.status}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== MUSL.sha256) throw failed(`its SHA-256 is ${sha256}, and should be ${MUSL.sha256}`);
  return bytes;
}

/** In place of musl's configure, whose answers for this one target are known. */
const makeSettings = (prefix) => `ARCH = wasm32
prefix = ${prefix}
exec_prefix = $(prefix)
includedir = $(prefix)/include
libdir = $(prefix)/lib
CC = clang-22
AR = llvm-ar-22
RANLIB = llvm-ranlib-22
MALLOC_DIR = mallocng
OPTIMIZE_GLOBS = internal/*.c malloc/*.c string/*.c
SHARED_LIBS =
ALL_LIBS = lib/libc.a lib/crt1.o $(EMPTY_LIBS)
CFLAGS = -O2
CFLAGS_C99FSE = -std=c99 -nostdinc -ffreestanding
CFLAGS_AUTO = ${TARGET_FLAGS.join(' ')} -fno-builtin -fno-strict-aliasing -w
`;

async function tool(cwd, command, args) {
  await run(command, args, { cwd, maxBuffer: 2 ** 26 }).catch((error) => {
    const said = (error.stderr || error.message).trim().split('\n').slice(0, 12).join('\n');
    throw new SysrootError(`Building the C library failed: ${command} said:\n${said}`);
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(await sysroot((step) => console.error(`portside: ${step}`)));
  } catch (error) {
    if (!(error instanceof SysrootError)) throw error;
    console.error(`portside: ${error.message}`);
    process.exitCode = 1;
  }
}
