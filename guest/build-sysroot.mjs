/**
 * Builds what `portside cc` compiles against: musl's headers, libc.a, crt1.o. Musl's source is Debian's, checked by its SHA-256; what
 * is ours lies in `musl/` (`overlay/` is laid over the source, `upstream.patch` changes a few of its files). The result goes to
 * a folder of the cache that is named after all it was made from, and appears there whole.
 *
 * `node guest/build-sysroot.mjs` builds it if it is not there, and prints its path.
 */
import { cp, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { cached, checkTools, contentHash, fetchSource, main, tool } from './building.mjs';

const MUSL = {
  name: 'musl',
  version: '1.2.3',
  url: 'http://deb.debian.org/debian/pool/main/m/musl/musl_1.2.3.orig.tar.gz',
  sha256: '7d5b0b6062521e4627e099e4c9dc8248d32a30285e959b7eecaa780cf8cfd4a4',
};

const script = fileURLToPath(import.meta.url);
const here = fileURLToPath(new URL('.', import.meta.url));

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

/**
 * The folder of the sysroot, built first when it is not there.
 * @param {(step: string) => void} onStep hears what a build does.
 * @returns {Promise<string>}
 * @throws {BuildError}
 */
export async function sysroot(onStep) {
  // Of this script, which holds the flags and the source's checksum, and of every file of ours.
  const hash = await contentHash(here, [script, join(here, 'musl')]);
  return cached(`sysroot-${hash.digest('hex').slice(0, 16)}`, async (work) => {
    checkTools(TOOLS);
    onStep(`building the C library (musl ${MUSL.version}); this is done once`);
    await build(work, onStep);
    return join(work, 'sysroot');
  });
}

/** Leaves the sysroot in `work`/sysroot. */
async function build(work, onStep) {
  const archive = join(work, 'musl.tar.gz');
  await fetchSource(MUSL, archive);
  await command(work, 'tar', ['-xzf', archive]);
  const source = join(work, `musl-${MUSL.version}`);
  await cp(join(here, 'musl/overlay'), source, { recursive: true });
  await command(source, 'patch', ['-p1', '-s', '-i', join(here, 'musl/upstream.patch')]);
  await writeFile(join(source, 'config.mak'), makeSettings(join(work, 'sysroot')));
  onStep('compiling');
  await command(source, 'make', ['-s', `-j${Math.min(2, availableParallelism())}`, 'install-libs', 'install-headers']);
  await command(source, 'clang-22', [
    ...TARGET_FLAGS,
    '-mexception-handling',
    '-c',
    'src/setjmp/tag/c_longjmp.s',
    '-o',
    join(work, 'sysroot/lib/c_longjmp.o'),
  ]);
}

const command = (cwd, program, args) => tool('the C library', cwd, program, args);

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

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main(sysroot);
