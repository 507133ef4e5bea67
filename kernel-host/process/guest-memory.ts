/** The memory of a program that shares it with the kernel. */
import { ENOEXEC, ENOMEM, Errno } from '../abi/errno.js';
import { ABI_VERSION, readDeclaration } from '../guest/posix/declaration.js';
import { AddressSpace } from '../memory/address-space.js';
import { WASM_PAGE } from '../memory/kernel-memory.js';
import type { ProgramMemories } from '../memory/program-memories.js';
import type { Program } from './programs.js';

/** What a program begins with, as it declares it; null where its memory is its worker's own. @throws Errno ENOEXEC, ENOMEM */
export function createAddressSpace({ abi, module }: Program, memories: ProgramMemories): AddressSpace | null {
  if (abi !== 'posix') return null;
  const declaration = readDeclaration(module);
  if (declaration?.version !== ABI_VERSION) throw new Errno(ENOEXEC);
  const { initial, maximum } = declaration;
  let memory: WebAssembly.Memory;
  try {
    memory = memories.take(initial, maximum);
  } catch (cause) {
    throw new Errno(ENOMEM, { cause });
  }
  return new AddressSpace(memory, maximum * WASM_PAGE, initial * WASM_PAGE);
}
