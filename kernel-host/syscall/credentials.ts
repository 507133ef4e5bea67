/** Users and groups of a process (credentials(7)), and capabilities (capabilities(7)). */
import { EFAULT, EINVAL, EPERM, Errno, ESRCH } from '../abi/errno.js';
import { type Credentials, type Ids, setAll, setId, setRealAndEffective, UNCHANGED } from '../process/credentials.js';
import type { Handler } from './call.js';

/** linux/limits.h: NGROUPS_MAX. */
const MOST_GROUPS = 65536;

type Which = 'user' | 'group';

/** @throws Errno EINVAL: -1 is no id */
function idOf(argument: number): number {
  const id = argument >>> 0;
  if (id === UNCHANGED) throw new Errno(EINVAL);
  return id;
}

const get =
  (which: Which, id: keyof Ids): Handler =>
  (_kernel, task) =>
    task.process.credentials[which][id];

const changing =
  (which: Which, change: (ids: Ids, privileged: boolean, a: number, b: number, c: number) => Ids): Handler =>
  (_kernel, { process: { credentials } }, a, b, c) => {
    credentials[which] = change(credentials[which], credentials.privileged, a, b, c);
    return 0;
  };

const set = (which: Which): Handler => changing(which, (ids, privileged, id) => setId(ids, idOf(id), privileged));

const setre = (which: Which): Handler =>
  changing(which, (ids, privileged, real, effective) =>
    setRealAndEffective(ids, real >>> 0, effective >>> 0, privileged),
  );

const setres = (which: Which): Handler =>
  changing(which, (ids, privileged, real, effective, saved) =>
    setAll(ids, real >>> 0, effective >>> 0, saved >>> 0, privileged),
  );

const getres =
  (which: Which): Handler =>
  (_kernel, { memory, process }, real, effective, saved) => {
    const ids = process.credentials[which];
    memory.setInt32(real, ids.real | 0);
    memory.setInt32(effective, ids.effective | 0);
    memory.setInt32(saved, ids.saved | 0);
    return 0;
  };

/** The ids that files are looked at by are the effective ones: they are told, and not set apart from those. */
const fileSystemId =
  (which: Which): Handler =>
  (_kernel, task) =>
    task.process.credentials[which].effective;

const getgroups: Handler = (_kernel, { memory, process }, size, list) => {
  const { groups } = process.credentials;
  if (size < 0) return -EINVAL;
  if (size === 0) return groups.length;
  if (size < groups.length) return -EINVAL;
  for (const [i, group] of groups.entries()) memory.setInt32(list + i * 4, group | 0);
  return groups.length;
};

const setgroups: Handler = (_kernel, { memory, process }, count, list) => {
  const { credentials } = process;
  if (!credentials.privileged) return -EPERM;
  if (count < 0 || count > MOST_GROUPS) return -EINVAL;
  const groups: number[] = [];
  for (let i = 0; i < count; i++) groups.push(memory.getUint32(list + i * 4));
  credentials.groups = groups.sort((a, b) => a - b);
  return 0;
};

/** linux/capability.h: versions, and how many u32 of each set they have. */
const CAPABILITY_WORDS: Readonly<Record<number, number>> = { 429392688: 1, 537333798: 2, 537396514: 2 };
const LATEST_VERSION = 0x20080522;
/** CAP_CHECKPOINT_RESTORE, the last of Linux 6.1. */
const LAST_CAPABILITY = 40;
const ALL_CAPABILITIES = (1n << BigInt(LAST_CAPABILITY + 1)) - 1n;

/** Root has all, and nobody else any. */
const capabilities = ({ privileged }: Credentials): bigint => (privileged ? ALL_CAPABILITIES : 0n);

const word = (set: bigint, index: number): number => Number(BigInt.asIntN(32, set >> BigInt(32 * index)));

const capget: Handler = (kernel, { memory, process: caller }, header, data) => {
  const words = CAPABILITY_WORDS[memory.getInt32(header)];
  if (words === undefined) {
    memory.setInt32(header, LATEST_VERSION);
    return data === 0 ? 0 : -EINVAL;
  }
  const pid = memory.getInt32(header + 4);
  if (pid < 0) return -EINVAL;
  const process = pid === 0 ? caller : kernel.processes.byPid(pid);
  if (!process) return -ESRCH;
  if (data === 0) return 0;
  const held = capabilities(process.credentials);
  for (let i = 0; i < words; i++) {
    // Effective, permitted, inheritable.
    memory.setInt32(data + i * 12, word(held, i));
    memory.setInt32(data + i * 12 + 4, word(held, i));
    memory.setInt32(data + i * 12 + 8, 0);
  }
  return 0;
};

/** One of them alone cannot be given up: what is asked for is what the caller has, or is refused. */
const capset: Handler = (_kernel, { memory, process }, header, data) => {
  const words = CAPABILITY_WORDS[memory.getInt32(header)];
  if (words === undefined) {
    memory.setInt32(header, LATEST_VERSION);
    return -EINVAL;
  }
  const pid = memory.getInt32(header + 4);
  if (pid !== 0 && pid !== process.pid) return -EPERM;
  if (data === 0) return -EFAULT;
  const held = capabilities(process.credentials);
  for (let i = 0; i < words; i++) {
    const [effective, permitted] = [memory.getInt32(data + i * 12), memory.getInt32(data + i * 12 + 4)];
    if (effective !== word(held, i) || permitted !== word(held, i)) return -EPERM;
  }
  return 0;
};

export const credentialCalls = {
  getuid: get('user', 'real'),
  geteuid: get('user', 'effective'),
  getgid: get('group', 'real'),
  getegid: get('group', 'effective'),
  setuid: set('user'),
  setgid: set('group'),
  setreuid: setre('user'),
  setregid: setre('group'),
  setresuid: setres('user'),
  setresgid: setres('group'),
  getresuid: getres('user'),
  getresgid: getres('group'),
  setfsuid: fileSystemId('user'),
  setfsgid: fileSystemId('group'),
  getgroups,
  setgroups,
  capget,
  capset,
};
