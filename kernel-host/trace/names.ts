/** Names of numbers, as strace(1) has them, from the ABI's own tables. */
import * as errno from '../abi/errno.js';
import * as fcntl from '../abi/fcntl.js';
import * as memory from '../abi/memory.js';
import * as signal from '../abi/signal.js';
import * as syscall from '../abi/syscall.js';

/** By value, of the constants that begin with a prefix: where two have a value, the first. */
function byValue(table: object, prefix: RegExp): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const [name, value] of Object.entries(table))
    if (prefix.test(name) && typeof value === 'number' && !names.has(value)) names.set(value, name);
  return names;
}

const SYSCALLS = byValue(syscall, /^SYS_/);
const ERRNOS = byValue(errno, /^E[A-Z0-9]+$/);
const SIGNALS = byValue(signal, /^SIG(?!_|RTMIN$|ACTION|INFO|SET|NAL)[A-Z0-9]+$/);

export const syscallName = (number: number): string => SYSCALLS.get(number)?.slice(4) ?? `syscall_${number}`;
export const errnoName = (number: number): string => ERRNOS.get(number) ?? `errno ${number}`;

export function signalName(number: number): string {
  if (number >= signal.SIGRTMIN) return `SIGRT_${number - signal.SIGRTMIN}`;
  return SIGNALS.get(number) ?? String(number);
}

type Bits = readonly (readonly [bits: number, name: string])[];

const bitsOf = (table: object, names: readonly string[]): Bits =>
  Object.entries(table)
    .filter((entry): entry is [string, number] => names.includes(entry[0]) && typeof entry[1] === 'number')
    .map(([name, bits]) => [bits, name]);

function flags(value: number, base: string, bits: Bits): string {
  const found: string[] = base === '' ? [] : [base];
  let left = value >>> 0;
  for (const [mask, name] of bits) {
    if (mask === 0 || (left & mask) >>> 0 !== mask) continue;
    found.push(name);
    left = (left & ~mask) >>> 0;
  }
  if (left !== 0) found.push(`0x${left.toString(16)}`);
  return found.length === 0 ? '0' : found.join('|');
}

const ACCESS = ['O_RDONLY', 'O_WRONLY', 'O_RDWR', 'O_ACCMODE'];
const OPEN = bitsOf(fcntl, [
  ...['O_SYNC', 'O_DSYNC', 'O_CREAT', 'O_EXCL', 'O_NOCTTY', 'O_TRUNC', 'O_APPEND', 'O_NONBLOCK', 'O_ASYNC', 'O_DIRECT'],
  ...['O_DIRECTORY', 'O_NOFOLLOW', 'O_CLOEXEC', 'O_PATH', 'O_TMPFILE_BIT'],
]);
const AT = bitsOf(fcntl, [
  'AT_SYMLINK_NOFOLLOW',
  'AT_REMOVEDIR',
  'AT_SYMLINK_FOLLOW',
  'AT_NO_AUTOMOUNT',
  'AT_EMPTY_PATH',
]);
const PROTECTION = bitsOf(memory, ['PROT_READ', 'PROT_WRITE', 'PROT_EXEC']);
const MAPPING = bitsOf(memory, ['MAP_SHARED', 'MAP_PRIVATE', 'MAP_FIXED', 'MAP_ANONYMOUS', 'MAP_FIXED_NOREPLACE']);
const COMMANDS = byValue(fcntl, /^F_(?!RDLCK|WRLCK|UNLCK)/);

export const openFlags = (value: number): string =>
  flags(value & ~fcntl.O_ACCMODE & ~fcntl.O_LARGEFILE, ACCESS[value & fcntl.O_ACCMODE] ?? '', OPEN);
export const atFlags = (value: number): string => flags(value, '', AT);
export const protection = (value: number): string => (value === 0 ? 'PROT_NONE' : flags(value, '', PROTECTION));
export const mappingFlags = (value: number): string => flags(value, '', MAPPING);
export const fcntlCommand = (value: number): string => COMMANDS.get(value) ?? String(value);
