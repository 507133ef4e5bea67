/** What `portside cc` makes of a compiler's command line. */

export interface CxxLibrary {
  /** Holds `include/c++/v1` and `lib/libc++.a`. */
  readonly folder: string;
  /** What its exceptions are compiled with. */
  readonly exceptionFlags: readonly string[];
}

/** What is linked with every program, by absolute path where it is a file. */
export interface Toolchain {
  /** Flags without which a program is none of ours: the same that libc was built with. */
  readonly targetFlags: readonly string[];
  readonly sysroot: string;
  /** Of C++; undefined where the command line has none of it. */
  readonly cxx: CxxLibrary | undefined;
  /** libclang_rt.builtins-wasm32.a: what clang calls for 128-bit arithmetic, long double among it. */
  readonly builtins: string;
}

/** Memory that a program may grow to unless it is linked with another --max-memory. */
const MAX_MEMORY = 1024 * 1024 * 1024;
const STACK_SIZE = 1024 * 1024;
/** Pointers to functions are above what programs tell from them: SIG_IGN is 1, SIG_HOLD 2, and others like small numbers too. */
const FIRST_FUNCTION = 64;

/** Leaves a program that calls fork as it is linked: smaller and faster, and fork is ENOSYS in it. */
export const NO_FORK = '-fno-fork';

/** With one of these there is nothing to link. */
const NO_LINK = /^(-[cSEr]|-M|-MM|-fsyntax-only|--version|-v|-V|-dump.*|-?-print-.*|-###|--?help)$/;

/** Of shared libraries, position independence and ELF: a program is one module, which nothing is added to. */
const NOT_APPLICABLE: ReadonlySet<string> = new Set([
  ...['-static', '-static-libgcc', '-static-libstdc++', '-pthread', '-rdynamic'],
  NO_FORK,
  // libc++ is linked with whatever is C++.
  ...['-lstdc++', '-lsupc++', '-lc++', '-lc++abi', '-stdlib=libc++'],
  ...['-pie', '-no-pie', '-static-pie', '-fPIE', '-fPIC', '-fpic', '-fpie'],
]);

/** Of what is passed on by -Wl. wasm-ld warns of the functions without prototypes that configure scripts declare. */
const NOT_FOR_WASM_LD =
  /^(--fatal-warnings|-E|--export-dynamic|--as-needed|--no-as-needed|-O\d|--start-group|--end-group|-rpath.*|--rpath.*|--hash-style.*|--sort-common|--build-id.*)$/;

/** The flag without what does not apply; null when nothing is left of it. */
function applicable(flag: string): string | null {
  if (NOT_APPLICABLE.has(flag)) return null;
  if (!flag.startsWith('-Wl,')) return flag;
  const words = flag.slice(4).split(',');
  const kept: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    // `-z relro`, `-z now` and their like are of ELF; the size of the stack is ours.
    if (word === '-z') {
      const what = words[++i] ?? '';
      if (what.startsWith('stack-size')) kept.push('-z', what);
    } else if (word === '-rpath' || word === '--rpath') i++;
    else if (!NOT_FOR_WASM_LD.test(word)) kept.push(word);
  }
  return kept.length > 0 ? `-Wl,${kept.join(',')}` : null;
}

/** libtool's way to write one option of the linker as two of the compiler's. */
const RUN_PATH = /^-Wl,-{1,2}rpath(-link)?$/;
const withoutRunPaths = (args: readonly string[]): readonly string[] =>
  args.filter((flag, i) => !RUN_PATH.test(flag) && !RUN_PATH.test(args[i - 1] ?? ''));

export const links = (args: readonly string[]): boolean => args.length > 0 && !args.some((flag) => NO_LINK.test(flag));

const CXX_SOURCE = /\.(cc|cp|cpp|cxx|c\+\+|CPP|C|ii|mm)$/;

/** Whether a command line of the C compiler has to do with C++ too. */
export const isCxx = (args: readonly string[]): boolean =>
  args.some(
    (flag, i) => CXX_SOURCE.test(flag) || /^-l(std)?c\+\+$/.test(flag) || languageOf(flag, args[i + 1]) === 'c++',
  );

const languageOf = (flag: string, next = ''): string =>
  flag === '-x' ? next : flag.startsWith('-x') ? flag.slice(2) : '';

/** The file that a linking command line writes. */
export function outputOf(args: readonly string[]): string {
  let output = 'a.out';
  for (const [i, flag] of args.entries()) {
    if (flag === '-o') output = args[i + 1] ?? output;
    else if (flag.startsWith('-o') && flag.length > 2) output = flag.slice(2);
  }
  return output;
}

/** Arguments for clang. */
export function compilerArguments(args: readonly string[], toolchain: Toolchain): readonly string[] {
  const { targetFlags, sysroot, cxx, builtins } = toolchain;
  const own = withoutRunPaths(args).flatMap((flag) => applicable(flag) ?? []);
  const compile = [
    ...targetFlags,
    ...(cxx ? cxxFlags(cxx, args) : []),
    ...['-nostdlibinc', '-isystem', `${sysroot}/include`, '-Qunused-arguments'],
  ];
  const cxxLibrary = cxx && !args.includes('-nostdlib++') ? [`-L${cxx.folder}/lib`, '-lc++'] : [];
  if (!links(args)) return [...compile, ...own];
  return [
    ...compile,
    ...['-nostdlib', '-fuse-ld=lld', '-Wl,--entry=_start_c', '-Wl,--shared-memory,--import-memory'],
    ...[`-Wl,--max-memory=${MAX_MEMORY},-z,stack-size=${STACK_SIZE}`],
    `-Wl,--table-base=${FIRST_FUNCTION}`,
    ...['-Wl,--export=__stack_pointer,--export=__heap_base,--export=__tls_base,--export-table'],
    ...own,
    ...[`${sysroot}/lib/crt1.o`, `${sysroot}/lib/c_longjmp.o`, `-L${sysroot}/lib`],
    ...[...cxxLibrary, '-lc', builtins],
  ];
}

/** The headers come before those of C, which they wrap. */
const cxxFlags = ({ folder, exceptionFlags }: CxxLibrary, args: readonly string[]): readonly string[] => [
  ...(args.includes('-fno-exceptions') ? [] : exceptionFlags),
  ...(args.includes('-nostdinc++') ? [] : ['-nostdinc++', '-isystem', `${folder}/include/c++/v1`]),
];
