/** The kinds of programs that the kernel knows, told apart by what a module imports and exports. */
import { ABI_VERSION, readDeclaration } from './posix/declaration.js';

export type Abi = 'emscripten' | 'wasi' | 'posix';

const importsKernel = (imports: readonly WebAssembly.ModuleImportDescriptor[]): boolean =>
  imports.some(({ module: from, name }) => from === 'kernel' && name === 'syscall');

/** null: not a program for this kernel (ENOEXEC). */
export function detectAbi(module: WebAssembly.Module): Abi | null {
  const imports = WebAssembly.Module.imports(module);
  if (importsKernel(imports)) return readDeclaration(module)?.version === ABI_VERSION ? 'posix' : null;
  const exports = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
  // Emscripten's builds import WASI too, beside their own syscalls.
  if (imports.some(({ module: from, name }) => from === 'env' && name.startsWith('__syscall_'))) {
    return exports.has('run_cli') ? 'emscripten' : null;
  }
  return exports.has('_start') && imports.every(({ module: from }) => from === 'wasi_snapshot_preview1')
    ? 'wasi'
    : null;
}

/** Why a program of `portside cc` is none for this kernel; null when that is not the reason. */
export function abiMismatch(module: WebAssembly.Module): string | null {
  if (!importsKernel(WebAssembly.Module.imports(module))) return null;
  const declaration = readDeclaration(module);
  if (!declaration) return 'it lacks what `portside cc` says of a program when it links one';
  if (declaration.version === ABI_VERSION) return null;
  return `it is built for version ${declaration.version} of the ABI, and this kernel has version ${ABI_VERSION}`;
}
