/** Programs from `portside cc`, run by `portside run`, beside the same source compiled and run by this machine. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { libcxx } from '../../guest/build-libcxx.mjs';
import { ABI_VERSION, declarationSection } from '../../kernel-host/guest/posix/declaration.js';

const portside = fileURLToPath(new URL('../../dist/cli/portside.js', import.meta.url));
const sources = fileURLToPath(new URL('posix/', import.meta.url));
/** The libraries of C and C++ are built first where they are not in the cache. */
const BUILD_TIMEOUT = 1_800_000;
/** Programs in C++ take half a minute to compile and link where the machine has other work. */
const COMPARISON_TIMEOUT = 180_000;

interface Ending {
  /** As a shell tells it: 128 and the signal's number for a death by one. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function ending(command: string, args: readonly string[], options: { input?: string; cwd?: string } = {}) {
  return new Promise<Ending>((resolve) => {
    const env = { ...process.env, LETTERS: 'a b é' };
    const child = execFile(command, args, { env, cwd: options.cwd, maxBuffer: 2 ** 26 }, (_error, stdout, stderr) => {
      const signal = child.signalCode === null ? 0 : SIGNALS[child.signalCode];
      resolve({ status: signal ? 128 + signal : (child.exitCode ?? -1), stdout, stderr });
    });
    // A program may end without having read its input.
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.input ?? '');
  });
}
const SIGNALS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGABRT: 6,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGTERM: 15,
};

const cli = (...args: string[]) => ending(process.execPath, [portside, ...args]);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portside-posix-'));
  await libcxx(() => {});
  await build('hello');
}, BUILD_TIMEOUT);
afterAll(() => rm(folder, { recursive: true, force: true }));

const files = (await readdir(sources)).filter((file) => /\.c(pp)?$/.test(file));

/** How it is compiled, here and natively. */
function sourceOf(name: string) {
  const c = { source: join(sources, `${name}.c`), compiler: 'cc', gcc: 'gcc', flags: [] };
  const cxx = { source: join(sources, `${name}.cpp`), compiler: 'c++', gcc: 'g++', flags: ['-std=c++20'] };
  return files.includes(`${name}.cpp`) ? cxx : c;
}

/** Path of the program. */
async function build(name: string, ...flags: string[]): Promise<string> {
  const program = join(folder, `${name}.wasm`);
  const { source, compiler, flags: standard } = sourceOf(name);
  const { status, stderr } = await cli(compiler, ...standard, '-O1', '-Wall', ...flags, source, '-lm', '-o', program);
  expect(status, stderr).toBe(0);
  return program;
}

/** Arguments and standard input of those that look at them. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = { arguments: ['x y', '', 'é', '--help'] };
const INPUTS: Readonly<Record<string, string>> = { input: 'pear\napple\n\nfig' };

const names = files.map((file) => file.slice(0, file.lastIndexOf('.')));

describe('a program does what it does on Linux', () => {
  test.each(names)(
    '%s',
    async (name) => {
      const native = join(folder, name);
      const { source, gcc, flags } = sourceOf(name);
      const compiled = await ending(gcc, [...flags, '-O1', '-w', source, '-lm', '-o', native]);
      expect(compiled.status, compiled.stderr).toBe(0);
      const program = await build(name);
      const args = ARGUMENTS[name] ?? [];
      const input = INPUTS[name] ?? '';
      const theirs = await ending(native, args, { input });
      const ours = await ending(process.execPath, [portside, 'run', program, ...args], { input });
      expect(ours).toEqual(theirs);
      // Once more where the kernel answers all calls: its worker answers none for a program that is watched.
      const watched = await ending(process.execPath, [portside, 'run', '--profile', program, ...args], { input });
      expect({ ...watched, stderr: watched.stderr.slice(0, theirs.stderr.length) }).toEqual(theirs);
      expect(watched.stderr).toMatch(/ total\n$/);
    },
    COMPARISON_TIMEOUT,
  );
});

describe('portside cc', () => {
  test('compiles to an object, puts it into a library, links that', async () => {
    const [object, library, program] = ['part.o', 'libpart.a', 'whole.wasm'].map((name) => join(folder, name));
    await writeFile(join(folder, 'part.c'), 'int part(void) { return 5; }');
    await writeFile(join(folder, 'whole.c'), 'int part(void); int main(void) { return part(); }');
    const in_ = (...args: string[]) => ending(process.execPath, [portside, ...args], { cwd: folder });
    expect(await in_('cc', '-c', '-fPIC', 'part.c')).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(await in_('ar', 'rc', library ?? '', object ?? '')).toMatchObject({ status: 0 });
    expect(await in_('ranlib', library ?? '')).toMatchObject({ status: 0 });
    const flags = ['-static', '-Wl,-z,relro', '-Wl,-E,--as-needed', '-pthread', '-lpthread'];
    expect(await in_('cc', ...flags, 'whole.c', '-L.', '-lpart', '-o', program ?? '')).toMatchObject({ status: 0 });
    expect(await cli('run', program ?? '')).toMatchObject({ status: 5, stdout: '' });
  });

  test('ends as the compiler does, and says what it said', async () => {
    await writeFile(join(folder, 'wrong.c'), 'int main(void) { return nothing; }');
    const { status, stderr } = await cli('cc', join(folder, 'wrong.c'), '-o', join(folder, 'wrong.wasm'));
    expect(status).toBe(1);
    expect(stderr).toMatch(/undeclared identifier 'nothing'/);
  });

  test('compiles C++ without exceptions, and without its library', async () => {
    await writeFile(
      join(folder, 'object.cc'),
      '#include <stdio.h>\nstruct Told { Told() { puts("constructed"); } };\nstatic Told told;\nint main() { puts("main"); }',
    );
    const program = join(folder, 'object.wasm');
    const flags = ['-fno-exceptions', '-nostdlib++', '-nostdinc++'];
    const { status, stderr } = await cli('cc', ...flags, join(folder, 'object.cc'), '-o', program);
    expect(status, stderr).toBe(0);
    expect(await cli('run', program)).toMatchObject({ status: 0, stdout: 'constructed\nmain\n' });
  });
});

describe('what the kernel refuses', () => {
  /** hello, declaring something else. */
  async function redeclared(section: Uint8Array): Promise<string> {
    const program = await readFile(join(folder, 'hello.wasm'));
    const own = declarationSection({ version: ABI_VERSION, initial: 1, maximum: 1 }).length;
    const path = join(folder, 'other.wasm');
    await writeFile(path, Buffer.concat([program.subarray(0, program.length - own), section]));
    return path;
  }

  test('a program for another version of the ABI, naming both', async () => {
    const program = await redeclared(declarationSection({ version: 7, initial: 1, maximum: 1 }));
    const { status, stderr } = await cli('run', program);
    expect(status).toBe(1);
    expect(stderr).toMatch(/program-abi.*version 7.*version 2.*ENOEXEC/);
  });

  test('a program that declares nothing', async () => {
    const { status, stderr } = await cli('run', await redeclared(new Uint8Array()));
    expect(status).toBe(1);
    expect(stderr).toMatch(/program-abi/);
  });

  test('a memory that is smaller than the program imports', async () => {
    const program = await redeclared(declarationSection({ version: ABI_VERSION, initial: 1, maximum: 1 }));
    const { status, stderr } = await cli('run', program);
    expect(status).toBe(128 + 11);
    expect(stderr).toMatch(/memory/i);
  });

  test('calls without sense, which leave the kernel and the program alive', async () => {
    await writeFile(
      join(folder, 'senseless.c'),
      `#include <sys/syscall.h>
      #include <unistd.h>
      int main(void) {
        for (unsigned n = 0, seed = 1; n < 5000; n++, seed = seed * 1103515245 + 12345)
          if (n % 600 != SYS_exit && n % 600 != SYS_exit_group && n % 600 != SYS_kill && n % 600 != SYS_tkill
            && n % 600 != SYS_read && n % 600 != SYS_readv && n % 600 < 400)
            syscall(n % 600, 1000 + seed % 7, seed | 0xf0000000, seed * 3, seed ^ 0xffff, -1, seed);
        return 9;
      }`,
    );
    const program = join(folder, 'senseless.wasm');
    expect(await cli('cc', join(folder, 'senseless.c'), '-o', program)).toMatchObject({ status: 0 });
    expect(await cli('run', program)).toMatchObject({ status: 9 });
  });
});
