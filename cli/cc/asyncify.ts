/** Makes programs that call fork able to: Binaryen's asyncify lets a thread's frames be unwound into memory and rewound. */
import { spawn } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PortsideError } from '../../protocol/errors.js';

/** By name: `--all-features` lets Binaryen write what Node 20 cannot read. */
const FEATURES = [
  ...['threads', 'bulk-memory', 'bulk-memory-opt', 'exception-handling', 'mutable-globals'],
  ...['nontrapping-float-to-int', 'sign-ext', 'reference-types', 'multivalue'],
];
/**
 * Without it every local of an instrumented function is saved (Binaryen: Asyncify.cpp). -O2 takes half as long again, for a
 * hundredth less of code that clang has optimised already.
 */
const LEVEL = '-O1';

/** @throws PortsideError tool-missing, link-unsupported */
export async function asyncify(file: string): Promise<void> {
  // Of a trial, as of configure scripts, the output may be /dev/null.
  if (!(await stat(file)).isFile() || !(await callsFork(file))) return;
  const options = [...FEATURES.map((feature) => `--enable-${feature}`), '--asyncify', LEVEL];
  const args = [wasmOpt(), file, ...options, '--pass-arg=asyncify-imports@kernel.fork', '-o', file];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const status = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
  if (status !== 0) throw new PortsideError('link-unsupported', `wasm-opt: ${said.trim().slice(0, 1000)}`);
}

async function callsFork(file: string): Promise<boolean> {
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(await readFile(file)));
  return imports.some(({ module: from, name }) => from === 'kernel' && name === 'fork');
}

/** The package is large, and for those alone who build such programs: nothing else brings it. */
function wasmOpt(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('binaryen')), 'bin/wasm-opt');
  } catch (cause) {
    throw new PortsideError('tool-missing', 'wasm-opt, for a program that calls fork: npm install binaryen', { cause });
  }
}
