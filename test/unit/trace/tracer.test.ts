import { describe, expect, it } from 'vitest';
import { ENOENT } from '../../../kernel-host/abi/errno.js';
import { AT_FDCWD } from '../../../kernel-host/abi/fcntl.js';
import * as number from '../../../kernel-host/abi/syscall.js';
import { UserMemory } from '../../../kernel-host/memory/user-memory.js';
import { formatCall } from '../../../kernel-host/trace/format.js';
import { signalName, syscallName } from '../../../kernel-host/trace/names.js';
import { Profile } from '../../../kernel-host/trace/profile.js';
import { SIGNATURES } from '../../../kernel-host/trace/signatures.js';

const bytes = new Uint8Array(4096);
const memory = new UserMemory(() => bytes.buffer);

/** Where it lies. */
function put(at: number, text: string): number {
  new TextEncoder().encodeInto(`${text}\0`, bytes.subarray(at));
  return at;
}

const shown = (nr: number, args: readonly number[], result: number | null) =>
  formatCall(memory, nr, [...args, 0, 0, 0, 0, 0, 0].slice(0, 6), result);

describe('a call', () => {
  it('shows names in place of numbers, and what pointers lead to', () => {
    const path = put(64, '/etc/pass"wd\n');
    expect(shown(number.SYS_openat, [AT_FDCWD, path, 0o2100101, 0o644], -ENOENT)).toBe(
      'openat(AT_FDCWD, "/etc/pass\\"wd\\n", O_WRONLY|O_CREAT|O_CLOEXEC, 0644) = -1 ENOENT',
    );
    expect(shown(number.SYS_kill, [7, 15], 0)).toBe('kill(7, SIGTERM) = 0');
    expect(shown(number.SYS_mmap2, [0, 4096, 3, 0x22, -1, 0], 0x310000)).toBe(
      'mmap2(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x310000',
    );
    expect(shown(number.SYS_close, [3], 0)).toBe('close(3) = 0');
  });

  it('shows what is sent, and what was filled once it was', () => {
    put(128, 'a line\n');
    expect(shown(number.SYS_write, [1, 128, 7], 7)).toBe('write(1, "a line\\n", 7) = 7');
    expect(shown(number.SYS_read, [0, 128, 512], 6)).toBe('read(0, "a line", 512) = 6');
    expect(shown(number.SYS_read, [0, 128, 512], null)).toBe('read(0, 0x80, 512)');
    bytes.fill(0xff, 200, 300);
    expect(shown(number.SYS_write, [1, 200, 100], 100)).toBe(`write(1, "${'\\xff'.repeat(32)}"..., 100) = 100`);
  });

  it('shows the words of a program that is started', () => {
    const words = new DataView(bytes.buffer);
    words.setUint32(512, put(600, 'echo'), true);
    words.setUint32(516, put(610, 'a b'), true);
    words.setUint32(520, 0, true);
    expect(shown(number.SYS_execve, [put(640, '/bin/echo'), 512, 0], null)).toBe(
      'execve("/bin/echo", ["echo", "a b"], NULL)',
    );
  });

  it('shows pointers that lead nowhere as they are, and calls that nobody knows', () => {
    expect(shown(number.SYS_openat, [3, 1 << 20, 0], -14)).toBe('openat(3, 0x100000, O_RDONLY, 00) = -1 EFAULT');
    expect(shown(number.SYS_write, [1, 4000, 4096], -14)).toBe(
      'write(1, "'.concat('\\x00'.repeat(32), '"..., 4096) = -1 EFAULT'),
    );
    expect(shown(9999, [1, -1], -38)).toBe('syscall_9999(0x1, 0xffffffff, 0, 0, 0, 0) = -1 ENOSYS');
  });
});

it('describes calls that there are', () => {
  const known = new Set(Object.values(number).map((nr) => syscallName(nr)));
  expect(Object.keys(SIGNATURES).filter((name) => !known.has(name))).toEqual([]);
});

it('names signals', () => {
  expect([1, 9, 17, 33, 64].map(signalName)).toEqual(['SIGHUP', 'SIGKILL', 'SIGCHLD', 'SIGRT_1', 'SIGRT_32']);
});

it('counts calls, those that failed, and their time', () => {
  const profile = new Profile();
  profile.add(number.SYS_read, 2, false);
  profile.add(number.SYS_read, 4, false);
  profile.add(number.SYS_ioctl, 1, true);
  expect(profile.entries).toEqual([
    { name: 'read', calls: 2, errors: 0, time: 6 },
    { name: 'ioctl', calls: 1, errors: 1, time: 1 },
  ]);
  expect(`${profile}`.split('\n').map((line) => line.trim().split(/\s+/))).toEqual([
    ['ms', 'µs/call', 'calls', 'errors', 'system', 'call'],
    ['6.000', '3000', '2', 'read'],
    ['1.000', '1000', '1', '1', 'ioctl'],
    ['7.000', '3', '1', 'total'],
  ]);
});
