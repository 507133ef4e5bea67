/**
 * Builds C++'s standard library, libc++ with libc++abi, from LLVM's source as Debian has it, for programs with threads and with
 * exceptions (WebAssembly's own). It goes to a folder of the cache beside the C library's, for which it is made: `include/c++/v1`
 * and `lib/libc++.a`, which holds libc++abi too.
 *
 * `node guest/build-libcxx.mjs` builds it if it is not there, and prints its path.
 */
import { cp, mkdir, readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { sysroot, TARGET_FLAGS } from './build-sysroot.mjs';
import { cached, checkTools, contentHash, fetchSource, main, tool } from './building.mjs';

/** Older than the compiler: of the compiler's own version Debian's archive has the packages, but not the source. */
const LLVM = {
  name: 'LLVM',
  version: '19.1.7',
  url: 'http://deb.debian.org/debian/pool/main/l/llvm-toolchain-19/llvm-toolchain-19_19.1.7.orig.tar.xz',
  sha256: 'ae498f3bc58ae2d9f64ef5f0c035c4240152bf015a5b7738b15c22e93bdc97ce',
};

const script = fileURLToPath(import.meta.url);
const here = fileURLToPath(new URL('.', import.meta.url));

const TOOLS = {
  'clang++-22': 'clang-22',
  'llvm-ar-22': 'llvm-22',
  tar: 'tar',
  xz: 'xz-utils',
};

/** Of the archive, which holds all of LLVM. */
const PARTS = ['libcxx/include', 'libcxx/src', 'libcxx/vendor', 'libcxxabi', 'libunwind/include', 'libunwind/src'];

/** What makes exceptions of C++ those of WebAssembly; `portside c++` passes the same. */
export const EXCEPTION_FLAGS = ['-fwasm-exceptions'];

/** Sources that are none of ours: 128-bit arithmetic is in the compiler's library, time zones and a parallel STL are left out. */
const LEFT_OUT = new Set([
  'libcxx/src/filesystem/int128_builtins.cpp',
  // libc++abi's is taken, which is beside the exception that it throws.
  'libcxx/src/new.cpp',
  'libcxxabi/src/cxa_noexception.cpp',
]);

/**
 * The folder of the library, built first when it is not there.
 * @param {(step: string) => void} onStep hears what a build does.
 * @returns {Promise<string>}
 * @throws {BuildError}
 */
export async function libcxx(onStep) {
  const libc = await sysroot(onStep);
  const hash = await contentHash(here, [script, join(here, 'libcxx')]);
  hash.update(basename(libc));
  return cached(`libcxx-${hash.digest('hex').slice(0, 16)}`, async (work) => {
    checkTools(TOOLS);
    onStep(`building the C++ library (libc++ ${LLVM.version}) from 165 MB of source; this is done once`);
    const source = await unpack(work);
    const out = join(work, 'libcxx');
    await installHeaders(source, join(out, 'include/c++/v1'));
    onStep('compiling');
    await mkdir(join(out, 'lib'));
    await compile({ source, headers: join(out, 'include/c++/v1'), libc, library: join(out, 'lib/libc++.a'), work });
    return out;
  });
}

const command = (cwd, program, args) => tool('the C++ library', cwd, program, args);

async function unpack(work) {
  const archive = join(work, 'llvm.tar.xz');
  await fetchSource(LLVM, archive);
  const source = join(work, 'llvm');
  await mkdir(source);
  const names = PARTS.map((part) => `*/${part}/*`);
  await command(work, 'tar', ['-xJf', archive, '-C', source, '--strip-components=1', '--wildcards', ...names]);
  return source;
}

async function installHeaders(source, headers) {
  await cp(join(source, 'libcxx/include'), headers, { recursive: true });
  for (const name of ['cxxabi.h', '__cxxabi_config.h']) {
    await cp(join(source, 'libcxxabi/include', name), join(headers, name));
  }
  await cp(join(source, 'libcxx/vendor/llvm/default_assertion_handler.in'), join(headers, '__assertion_handler'));
  await cp(join(here, 'libcxx/__config_site'), join(headers, '__config_site'));
}

async function compile({ source, headers, libc, library, work }) {
  const common = [...TARGET_FLAGS, ...EXCEPTION_FLAGS, '-O2', '-w', '-nostdlibinc'];
  const include = ['libunwind/include', 'libunwind/src'].map((folder) => `-I${join(source, folder)}`);
  const cxx = [
    ...['-std=c++23', '-nostdinc++', '-isystem', headers, '-isystem', join(libc, 'include')],
    ...['libcxx/src', 'libcxxabi/include', 'libcxxabi/src'].map((folder) => `-I${join(source, folder)}`),
    ...['-D_LIBCPP_BUILDING_LIBRARY', '-D_LIBCXXABI_BUILDING_LIBRARY', '-DLIBCXX_BUILDING_LIBCXXABI', '-D_GNU_SOURCE'],
    // What C++ 17 took away is still in the library, for programs of before.
    '-D_LIBCPP_ENABLE_CXX17_REMOVED_UNEXPECTED_FUNCTIONS',
  ];
  const c = ['-isystem', join(libc, 'include'), '-D_LIBUNWIND_HIDE_SYMBOLS', '-DNDEBUG'];
  const sources = [...(await cxxSources(source)), 'libunwind/src/Unwind-wasm.c'];
  const units = [
    ...sources.map((name) => ({
      file: join(source, name),
      object: `${name.replaceAll('/', '_')}.o`,
      flags: [...common, ...include, ...(name.endsWith('.c') ? c : cxx)],
    })),
    { file: join(here, 'libcxx/uncaught.cpp'), object: 'uncaught.o', flags: [...common, ...cxx] },
    {
      file: join(here, 'libcxx/cpp_exception.s'),
      object: 'cpp_exception.o',
      flags: [...TARGET_FLAGS, '-mexception-handling'],
    },
  ];
  const objects = units.map(({ object }) => object);
  const next = units.values();
  const worker = async () => {
    for (const { file, object, flags } of next) {
      await command(work, file.endsWith('.cpp') ? 'clang++-22' : 'clang-22', [...flags, '-c', file, '-o', object]);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  await command(work, 'llvm-ar-22', ['rcs', library, ...objects]);
}

/** Names below `source`. */
async function cxxSources(source) {
  const folders = ['libcxx/src', 'libcxx/src/filesystem', 'libcxx/src/ryu', 'libcxxabi/src'];
  const names = await Promise.all(
    folders.map(async (folder) => (await readdir(join(source, folder))).map((name) => `${folder}/${name}`)),
  );
  return names.flat().filter((name) => name.endsWith('.cpp') && !LEFT_OUT.has(name));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main(libcxx);
