/** The kinds of programs that the kernel knows, told apart by what a module imports and exports. */
export type Abi = 'emscripten' | 'wasi';

/** null: not a program for this kernel (ENOEXEC). */
export function detectAbi(module: WebAssembly.Module): Abi | null {
  const imports = WebAssembly.Module.imports(module);
  const exports = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
  // Emscripten's builds import WASI too, beside their own syscalls.
  if (imports.some(({ module: from, name }) => from === 'env' && name.startsWith('__syscall_'))) {
    return exports.has('run_cli') ? 'emscripten' : null;
  }
  return exports.has('_start') && imports.every(({ module: from }) => from === 'wasi_snapshot_preview1')
    ? 'wasi'
    : null;
}
