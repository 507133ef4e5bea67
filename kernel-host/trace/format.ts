/** A system call as strace(1) shows it. What a pointer leads to is read with care: it is whatever the program passed. */
import { Errno } from '../abi/errno.js';
import { AT_FDCWD } from '../abi/fcntl.js';
import type { UserMemory } from '../memory/user-memory.js';
import {
  atFlags,
  errnoName,
  fcntlCommand,
  mappingFlags,
  openFlags,
  protection,
  signalName,
  syscallName,
} from './names.js';
import { type Kind, SIGNATURES } from './signatures.js';

/** strace's -s. */
const LONGEST_STRING = 32;
const MOST_WORDS = 16;

/** @param result null: it is not there yet, and nothing has been filled. */
export function formatCall(memory: UserMemory, number: number, args: readonly number[], result: number | null): string {
  const name = syscallName(number);
  const signature = SIGNATURES[name];
  const shown = signature
    ? signature.map((kind, index) => argument(memory, kind, args, index, result))
    : args.map((word) => hexadecimal(word));
  const call = `${name}(${shown.join(', ')})`;
  return result === null ? call : `${call} = ${outcome(name, result)}`;
}

function outcome(name: string, result: number): string {
  if (result < 0) return `-1 ${errnoName(-result)}`;
  return name === 'mmap2' || name === 'brk' || name === 'mremap' ? hexadecimal(result) : String(result);
}

function argument(
  memory: UserMemory,
  kind: Kind,
  args: readonly number[],
  index: number,
  result: number | null,
): string {
  const word = args[index] ?? 0;
  switch (kind) {
    case 'fd':
    case 'number':
      return String(word);
    case 'directory':
      return word === AT_FDCWD ? 'AT_FDCWD' : String(word);
    case 'size':
      return String(word >>> 0);
    case 'octal':
      return `0${(word >>> 0).toString(8)}`;
    case 'pointer':
      return word === 0 ? 'NULL' : hexadecimal(word);
    case 'open':
      return openFlags(word);
    case 'at':
      return atFlags(word);
    case 'protection':
      return protection(word);
    case 'mapping':
      return mappingFlags(word);
    case 'fcntl':
      return fcntlCommand(word);
    case 'signal':
      return signalName(word);
    case 'path':
      return readable(word, () => quoted(memory.string(word)));
    case 'sent':
      return readable(word, () => bytes(memory, word, (args[index + 1] ?? 0) >>> 0));
    case 'filled':
      if (result === null || result < 0) return hexadecimal(word);
      return readable(word, () => bytes(memory, word, result));
    case 'words':
      return readable(word, () => words(memory, word));
  }
}

const hexadecimal = (word: number): string => (word === 0 ? '0' : `0x${(word >>> 0).toString(16)}`);

/** The pointer itself, where it leads nowhere. */
function readable(pointer: number, read: () => string): string {
  if (pointer === 0) return 'NULL';
  try {
    return read();
  } catch (error) {
    if (error instanceof Errno) return hexadecimal(pointer);
    throw error;
  }
}

function bytes(memory: UserMemory, pointer: number, length: number): string {
  const shown = memory.bytes(pointer, Math.min(length, LONGEST_STRING));
  return quoted(shown, length > LONGEST_STRING);
}

function words(memory: UserMemory, pointer: number): string {
  const shown: string[] = [];
  for (let at = pointer; ; at += 4) {
    const word = memory.getInt32(at);
    if (word === 0) break;
    if (shown.length === MOST_WORDS) return `[${shown.join(', ')}, ...]`;
    shown.push(quoted(memory.string(word)));
  }
  return `[${shown.join(', ')}]`;
}

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x22, '\\"'],
  [0x5c, '\\\\'],
]);

function quoted(from: Uint8Array, more = from.length > LONGEST_STRING): string {
  let text = '';
  for (const byte of from.subarray(0, LONGEST_STRING))
    text +=
      ESCAPES.get(byte) ??
      (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`);
  return `"${text}"${more ? '...' : ''}`;
}
