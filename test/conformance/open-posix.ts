/**
 * The Open POSIX Test Suite as Debian has it: its cases are built with `portside cc` and run with `portside run`, each in a
 * kernel of its own. What was built is kept in the cache, for as long as nothing that it was made with changes.
 */
import { execFile } from 'node:child_process';
import type { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sysroot } from '../../guest/build-sysroot.mjs';
import { cached, contentHash, fetchSource, tool } from '../../guest/building.mjs';

const SOURCE = {
  name: 'the Open POSIX Test Suite',
  version: '1.5.2',
  url: 'http://deb.debian.org/debian/pool/main/p/posixtestsuite/posixtestsuite_1.5.2.orig.tar.gz',
  sha256: '15a2185672127cba851d35ec9d538ff6148defdbb75f99c7e9c50aeba0f94757',
};

const root = fileURLToPath(new URL('../../', import.meta.url));
const portside = join(root, 'dist/cli/portside.js');

/** Declares what cases of 2005 use undeclared, or get from headers of glibc that include others. */
const INCLUDED = ['stdlib.h', 'string.h', 'unistd.h', 'fcntl.h', 'errno.h', 'sys/wait.h', 'sys/resource.h'];
/** As the suite's Makefile and Debian's patch of its LDFLAGS say. */
const FLAGS = [
  ...['-O1', '-w', '-std=gnu99', '-D_GNU_SOURCE', '-D_POSIX_C_SOURCE=200112L'],
  ...INCLUDED.flatMap((header) => ['-include', header]),
];

/** Milliseconds. The suite gives a case four minutes; the longest that passes takes half of one here. */
const TIME_LIMIT = 60_000;

export const RESULTS = ['pass', 'fail', 'unresolved', 'unsupported', 'untested', 'build', 'hang', 'death'] as const;
export type Result = (typeof RESULTS)[number];

/** include/posixtest.h. */
const BY_STATUS: Readonly<Record<number, Result>> = {
  0: 'pass',
  1: 'fail',
  2: 'unresolved',
  4: 'unsupported',
  5: 'untested',
};

export interface Outcome {
  readonly result: Result;
  /** The last line that the compiler or the case wrote. */
  readonly said: string;
}

export class OpenPosixSuite {
  readonly #folder: string;
  readonly #programs: string;
  /** As `mmap/6-1`, below `conformance/interfaces`. */
  readonly cases: readonly string[];

  private constructor(folder: string, programs: string, cases: readonly string[]) {
    this.#folder = folder;
    this.#programs = programs;
    this.cases = cases;
  }

  /** Fetches the suite first when it is not in the cache. */
  static async open(onStep: (step: string) => void): Promise<OpenPosixSuite> {
    const folder = await cached(`posixtestsuite-${SOURCE.version}`, async (work) => {
      onStep(`fetching ${SOURCE.name}`);
      const archive = join(work, 'suite.tar.gz');
      await fetchSource(SOURCE, archive);
      await tool(SOURCE.name, work, 'tar', ['-xzf', archive]);
      return join(work, 'posixtestsuite');
    });
    const interfaces = join(folder, 'conformance/interfaces');
    const files = await readdir(interfaces, { recursive: true });
    const cases = files
      .filter((file) => /(^|\/)[\w-]+\/(speculative\/)?\d+-\d+(-buildonly)?\.c$/.test(file))
      .map((file) => file.slice(0, -2));
    const programs = join(dirname(folder), `conformance-${await toolchainHash(onStep)}`);
    await mkdir(programs, { recursive: true });
    for (const name of await readdir(dirname(folder))) {
      // Of a toolchain that is no more.
      if (name.startsWith('conformance-') && name !== basename(programs)) {
        await rm(join(dirname(folder), name), { recursive: true, force: true });
      }
    }
    return new OpenPosixSuite(folder, programs, cases.sort(byNumber));
  }

  async run(name: string): Promise<Outcome> {
    const program = join(this.#programs, `${name.replaceAll('/', '_')}.wasm`);
    if (!existsSync(program)) {
      const failure = await this.#build(name, program);
      if (failure) return { result: 'build', said: failure };
    }
    if (name.endsWith('-buildonly')) return { result: 'pass', said: '' };
    // What a POSIX system has, where a case runs it.
    const tools = /"\/bin\//.test(await readFile(this.#sourceOf(name), 'utf8')) ? ['--with', 'busybox'] : [];
    const { status, output, timedOut } = await ended(
      ['run', '--no-env', ...tools, '--mount', `${this.#folder}:/suite:ro`, '--cwd', '/suite', program],
      TIME_LIMIT,
    );
    if (timedOut) return { result: 'hang', said: lastLine(output) };
    return { result: BY_STATUS[status] ?? 'death', said: lastLine(output) };
  }

  #sourceOf(name: string): string {
    return join(this.#folder, 'conformance/interfaces', `${name}.c`);
  }

  /** What the compiler said, if it failed. */
  async #build(name: string, program: string): Promise<string | undefined> {
    const source = this.#sourceOf(name);
    const partial = `${program}.partial`;
    const link = name.endsWith('-buildonly') ? ['-c'] : [];
    const include = [`-I${join(this.#folder, 'include')}`, `-I${dirname(source)}`];
    const libraries = ['-lpthread', '-lrt', '-lm'];
    const args = ['cc', ...FLAGS, ...link, ...include, source, ...libraries, '-o', partial];
    const { status, output } = await ended(args, TIME_LIMIT);
    if (status !== 0) return output.split('\n').find((line) => /error/.test(line)) ?? lastLine(output);
    await rename(partial, program);
    return undefined;
  }
}

/** Of all that makes a program of a source. */
async function toolchainHash(onStep: (step: string) => void): Promise<string> {
  const hash: ReturnType<typeof createHash> = await contentHash(root, [join(root, 'cli/cc'), join(root, 'cli/cc.ts')]);
  const binaryen: { version: string } = JSON.parse(
    await readFile(join(root, 'node_modules/binaryen/package.json'), 'utf8'),
  );
  hash.update(`${FLAGS}${basename(await sysroot(onStep))}${binaryen.version}`);
  return hash.digest('hex').slice(0, 16);
}

function ended(args: readonly string[], timeout: number) {
  return new Promise<{ status: number; output: string; timedOut: boolean }>((resolve) => {
    const options = { timeout, killSignal: 'SIGKILL', maxBuffer: 2 ** 26 } as const;
    const child = execFile(process.execPath, [portside, ...args], options, (error, stdout, stderr) => {
      resolve({ status: child.exitCode ?? -1, output: `${stdout}${stderr}`, timedOut: error?.killed === true });
    });
    child.stdin?.end();
  });
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.slice(0, 200) ?? '';

const byNumber = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });
