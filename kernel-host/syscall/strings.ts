/** argv and envp in a caller's memory. */
import { E2BIG, Errno } from '../abi/errno.js';
import { ARG_MAX } from '../abi/process.js';
import type { UserMemory } from '../memory/user-memory.js';

/** A NULL-terminated array of C strings. @throws Errno EFAULT, E2BIG */
export function strings(memory: UserMemory, address: number): string[] {
  const decoder = new TextDecoder();
  const found: string[] = [];
  // Many pointers may lead to one long string: what counts is what would be copied, as on Linux.
  let size = 0;
  for (let i = 0; ; i++) {
    const at = memory.getInt32(address + i * 4);
    if (at === 0) return found;
    const bytes = memory.string(at);
    size += bytes.length + 1;
    if (size > ARG_MAX) throw new Errno(E2BIG);
    found.push(decoder.decode(bytes));
  }
}
