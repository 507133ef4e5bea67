import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, appendFile, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DECLARATION_SECTION } from '../kernel-host/guest/posix/declaration.js';
import { PortsideError } from '../protocol/errors.js';
import { asyncify } from './cc/asyncify.js';
import {
  type CxxLibrary,
  compilerArguments,
  isCxx,
  links,
  NO_FORK,
  outputOf,
  type Toolchain,
} from './cc/command-line.js';
import { declarationOf } from './cc/declare.js';
import { makeRunnable, RUNNABLE } from './cc/runnable.js';
import { runTool } from './cc/tools.js';

/** These run from where they lie, beside the files that they build from. */
type SysrootBuilder = typeof import('../guest/build-sysroot.mjs');
type CxxBuilder = typeof import('../guest/build-libcxx.mjs');

export type Language = 'c' | 'c++';
const COMPILERS = { c: 'clang-22', 'c++': 'clang++-22' } as const;

/**
 * Compiles, and links unless told not to, as any compiler driver; this process ends as clang did.
 * @param guest folder of what programs are built with.
 * @throws PortsideError tool-missing, sysroot-failed, link-unsupported
 */
export async function compile(language: Language, args: readonly string[], guest: string): Promise<void> {
  const linking = links(args);
  if (linking && args.includes('-shared')) throw new PortsideError('link-unsupported', '-shared');
  const toolchain = await prepare(guest, { linking, cxx: language === 'c++' || isCxx(args) });
  const status = await runTool(COMPILERS[language], compilerArguments(args, toolchain));
  if (status === 0 && linking) {
    if (!args.includes(NO_FORK)) await asyncify(outputOf(args));
    await declare(outputOf(args));
    if (process.env[RUNNABLE]) await makeRunnable(outputOf(args));
  }
  process.exitCode = status;
}

/** A tool of LLVM's, which knows wasm objects. */
export async function forward(tool: string, args: readonly string[]): Promise<void> {
  process.exitCode = await runTool(tool, args);
}

/** LLVM's, which would take away what programs declare to their host too. */
export const strip = (args: readonly string[]): Promise<void> =>
  forward('llvm-strip-22', [`--keep-section=${DECLARATION_SECTION}`, ...args]);

async function prepare(guest: string, uses: { linking: boolean; cxx: boolean }): Promise<Toolchain> {
  const { TARGET_FLAGS, sysroot }: SysrootBuilder = await script(guest, 'build-sysroot.mjs');
  return {
    targetFlags: TARGET_FLAGS,
    sysroot: await built(sysroot),
    cxx: uses.cxx ? await cxxLibrary(guest) : undefined,
    builtins: uses.linking ? await builtins() : '',
  };
}

async function cxxLibrary(guest: string): Promise<CxxLibrary> {
  const { EXCEPTION_FLAGS, libcxx }: CxxBuilder = await script(guest, 'build-libcxx.mjs');
  return { folder: await built(libcxx), exceptionFlags: EXCEPTION_FLAGS };
}

const script = (guest: string, name: string) => import(pathToFileURL(join(guest, name)).href);

const built = (build: (onStep: (step: string) => void) => Promise<string>): Promise<string> =>
  build((step) => console.error(`portside: ${step}`)).catch((cause: unknown) => {
    throw new PortsideError('sysroot-failed', cause instanceof Error ? cause.message : String(cause), { cause });
  });

/** Debian's clang does not find the file by itself: it lies under the name of another system. */
async function builtins(): Promise<string> {
  const child = spawn('clang-22', ['-print-resource-dir'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  await once(child, 'close').catch((cause: Error) => {
    throw new PortsideError('tool-missing', `clang-22: ${cause.message}`, { cause });
  });
  const file = join(output.trim(), 'lib/wasi/libclang_rt.builtins-wasm32.a');
  await access(file).catch((cause: unknown) => {
    throw new PortsideError('tool-missing', `${file}. On Debian: apt-get install libclang-rt-22-dev-wasm32.`, {
      cause,
    });
  });
  return file;
}

async function declare(file: string): Promise<void> {
  // Of a trial, as of configure scripts, the output may be /dev/null.
  if (!(await stat(file)).isFile()) return;
  const section = declarationOf(await readFile(file));
  if (!section) throw new PortsideError('link-unsupported', `${file} imports no memory with a maximum.`);
  await appendFile(file, section);
}
