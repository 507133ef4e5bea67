/** The memory of a program that shares it with the kernel. */
import { ENOEXEC, Errno } from '../abi/errno.js';
import { ABI_VERSION, readDeclaration } from '../guest/posix/declaration.js';
import { AddressSpace } from '../memory/address-space.js';
import { WASM_PAGE } from '../memory/kernel-memory.js';
import type { Process } from './process.js';

/** What a posix program imports, as it declares it. @throws Errno ENOEXEC; RangeError when there is no room */
export function createGuestMemory(process: Process, module: WebAssembly.Module): WebAssembly.Memory {
  const declaration = readDeclaration(module);
  if (declaration?.version !== ABI_VERSION) throw new Errno(ENOEXEC);
  const { initial, maximum } = declaration;
  const memory = new WebAssembly.Memory({ initial, maximum, shared: true });
  process.addressSpace = new AddressSpace(memory, maximum * WASM_PAGE);
  return memory;
}
