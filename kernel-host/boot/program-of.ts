/** What a compiled module is to the kernel. */
import { PortsideError } from '../../protocol/errors.js';
import { abiMismatch, detectAbi } from '../guest/abi.js';
import type { Program } from '../process/programs.js';

/** @param name of the module, for who reads the error. @throws PortsideError program-abi, program-unknown */
export function programOf(module: WebAssembly.Module, name: string): Program {
  const abi = detectAbi(module);
  if (abi) return { abi, module };
  const mismatch = abiMismatch(module);
  if (mismatch) throw new PortsideError('program-abi', `${name}: ${mismatch} (ENOEXEC).`);
  throw new PortsideError('program-unknown', name);
}
