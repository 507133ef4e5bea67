/** Nothing a guest passes can throw inside the kernel, or stop it serving others. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as requests from '../../../kernel-host/abi/ioctl.js';
import { ACTION_DUP2, SPAWN, SPAWN_ACTION } from '../../../kernel-host/abi/spawn.js';
import * as numbers from '../../../kernel-host/abi/syscall.js';
import { CHANNEL } from '../../../kernel-host/channel/layout.js';
import { bytes, TestMachine } from './guest.js';

/** They end or park the caller: that is what they are for. */
const ENDS: ReadonlySet<number> = new Set([
  numbers.SYS_exit,
  numbers.SYS_exit_group,
  numbers.SYS_kill,
  numbers.SYS_tkill,
]);
const calls = Object.values(numbers).filter((call) => !ENDS.has(call));

const interesting = [
  0, 1, 2, 3, 4, 5, 8, 16, 100, 255, 256, 1023, 1024, 4095, 4096, 65536, 262144, -1, -2, -100, 0x7fffffff, -0x80000000,
];
const pointer = fc.oneof(
  fc.integer({ min: CHANNEL.DATA, max: CHANNEL.DATA + 4096 }),
  fc.constantFrom(...interesting),
  fc.integer(),
);
const argument = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...interesting) },
  { weight: 3, arbitrary: pointer },
  { weight: 2, arbitrary: fc.nat(8) },
  { weight: 1, arbitrary: fc.integer() },
);

const STRINGS = 10;
const LIST = CHANNEL.DATA + 2048;
const INET = CHANNEL.DATA + 2100;
const UNIX = CHANNEL.DATA + 2200;
const REQUEST = CHANNEL.DATA + 2400;
const ACTIONS = CHANNEL.DATA + 2500;
/** Length of a buffer that fits. */
const LENGTH = CHANNEL.DATA + 2300;
const MESSAGE = CHANNEL.DATA + 3000;
const CONTROL = CHANNEL.DATA + 3100;
const BUFFER = CHANNEL.DATA + 4096;

/** What each letter of a shape stands for: arguments that a call of that kind takes seriously. */
const kinds: Readonly<Record<string, fc.Arbitrary<number>>> = {
  d: fc.constantFrom(-100, -100, 0, 3),
  p: fc.nat(STRINGS - 1).map((i) => CHANNEL.DATA + i * 128),
  f: fc.nat(12),
  b: fc.constantFrom(BUFFER, BUFFER + 64, BUFFER + 8192),
  n: fc.constantFrom(0, 1, 2, 16, 100, 256, 4096, 200_000),
  a: fc.constantFrom(INET, UNIX),
  l: fc.constant(LENGTH),
  v: fc.constant(LIST),
  r: fc.constant(REQUEST),
  m: fc.constant(MESSAGE),
  x: fc.constantFrom(
    0,
    1,
    2,
    0o100,
    0o102,
    0o1102,
    0o2101,
    0o4000,
    0o200000,
    0o755,
    0o10644,
    0o20666,
    0x100,
    0x200,
    0x400,
  ),
  s: fc.constantFrom(1, 2),
  t: fc.constantFrom(1, 2, 5, 0o4001, 0o4002),
  z: fc.constant(0),
  e: fc.constantFrom(16, 110),
  g: fc.constantFrom(0, 0, 2, 3, 4),
  i: fc.constantFrom(...Object.values(requests).map((request) => request | 0)),
  8: fc.constant(8),
  '*': argument,
};
const SHAPES: Readonly<Record<number, string>> = {
  [numbers.SYS_openat]: 'dpxx',
  [numbers.SYS_mkdirat]: 'dpx',
  [numbers.SYS_mknodat]: 'dpxn',
  [numbers.SYS_unlinkat]: 'dpx',
  [numbers.SYS_symlinkat]: 'pdp',
  [numbers.SYS_linkat]: 'dpdpx',
  [numbers.SYS_renameat2]: 'dpdpx',
  [numbers.SYS_readlinkat]: 'dpbn',
  [numbers.SYS_fstatat64]: 'dpbx',
  [numbers.SYS_faccessat]: 'dpx',
  [numbers.SYS_fchmodat]: 'dpx',
  [numbers.SYS_utimensat_time64]: 'dpbx',
  [numbers.SYS_truncate64]: 'pnx',
  [numbers.SYS_chdir]: 'p',
  [numbers.SYS_fchdir]: 'f',
  [numbers.SYS_getdents64]: 'fbn',
  [numbers.SYS_getcwd]: 'bn',
  [numbers.SYS_llseek]: 'fxnbx',
  [numbers.SYS_ftruncate64]: 'fnx',
  [numbers.SYS_fallocate]: 'fxnxnx',
  [numbers.SYS_read]: 'fbn',
  [numbers.SYS_write]: 'fbn',
  [numbers.SYS_pwrite64]: 'fbnnx',
  [numbers.SYS_dup3]: 'ffx',
  [numbers.SYS_close]: 'f',
  [numbers.SYS_pipe2]: 'bx',
  [numbers.SYS_socket]: 'stz',
  [numbers.SYS_bind]: 'fae',
  [numbers.SYS_listen]: 'fn',
  [numbers.SYS_accept4]: 'fblx',
  [numbers.SYS_connect]: 'fae',
  [numbers.SYS_sendto]: 'fbnx',
  [numbers.SYS_recvfrom]: 'fbnxbl',
  [numbers.SYS_shutdown]: 'fx',
  [numbers.SYS_sendmsg]: 'fmx',
  [numbers.SYS_recvmsg]: 'fmx',
  [numbers.SYS_statx]: 'dpxnb',
  [numbers.SYS_socketpair]: 'stzb',
  [numbers.SYS_getsockname]: 'fbl',
  [numbers.SYS_setsockopt]: 'fsnbn',
  [numbers.SYS_getsockopt]: 'fsnbl',
  [numbers.SYS_statfs64]: 'pnb',
  [numbers.SYS_fchownat]: 'dpnnx',
  [numbers.SYS_wait4]: 'xbs',
  [numbers.SYS_fcntl64]: 'fxb',
  [numbers.SYS_flock]: 'fx',
  [numbers.SYS_ppoll_time64]: 'bnb',
  [numbers.SYS_portside_spawn]: 'r',
  [numbers.SYS_ioctl]: 'fib',
  [numbers.SYS_setpgid]: 'gg',
  [numbers.SYS_getpgid]: 'g',
  [numbers.SYS_getsid]: 'g',
  [numbers.SYS_setsid]: '',
  [numbers.SYS_rt_sigprocmask]: 'sbb8',
  [numbers.SYS_rt_sigpending]: 'b8',
  [numbers.SYS_rt_sigaction]: 'nbb8',
};
const shaped = fc.constantFrom(...Object.keys(SHAPES).map(Number)).chain((number) =>
  fc.record({
    number: fc.constant(number),
    parameters: fc.tuple(...[...(SHAPES[number] ?? '')].map((kind) => kinds[kind] ?? argument)),
  }),
);
const wild = fc.record({
  number: fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(...calls) },
    { weight: 1, arbitrary: fc.integer().filter((n) => !ENDS.has(n)) },
  ),
  parameters: fc.array(argument, { minLength: 6, maxLength: 6 }),
});
const call: fc.Arbitrary<{ number: number; parameters: number[] }> = fc.oneof(
  { weight: 2, arbitrary: shaped },
  { weight: 1, arbitrary: wild },
);

/** Strings, structures and pointers to them that make calls get further than their first check. */
function furnish(memory: Uint8Array, view: DataView, seed: number): void {
  const at = CHANNEL.DATA;
  const strings = ['/tmp/d', '/tmp/a', '/etc/passwd', '/', '.', '..', 'a/b', '/dev/null', '/tmp/s', '/bin/tool'];
  for (let i = 0; i < 1024; i++) view.setInt32(at + i * 4, interesting[(seed + i * 7) % interesting.length] ?? 0, true);
  for (const [i, string] of strings.entries()) {
    memory.set(bytes(string), at + i * 128);
    memory[at + i * 128 + string.length] = 0;
  }
  // Pointers to the strings, and a socket address of each family.
  for (let i = 0; i < 8; i++) view.setInt32(LIST + i * 4, i < 7 ? at + i * 128 : 0, true);
  view.setUint16(INET, 2, true);
  view.setUint16(INET + 2, 80 + (seed % 3), false);
  view.setUint32(INET + 4, 0x7f000001, false);
  memory.fill(0, UNIX, UNIX + 110);
  view.setUint16(UNIX, 1, true);
  memory.set(bytes('/tmp/s'), UNIX + 2);
  view.setInt32(LENGTH, 128, true);
  // struct msghdr, of a part of the buffer, with descriptors beside it: its own, and what are none.
  const words = [
    seed & 1 ? UNIX : 0,
    110,
    MESSAGE + 32,
    1,
    seed & 2 ? CONTROL : 0,
    12 + (seed % 5) * 4,
    0,
    0,
    BUFFER,
    seed % 300,
  ];
  for (const [i, word] of words.entries()) view.setInt32(MESSAGE + i * 4, word, true);
  const control = [12 + (seed % 5) * 4, 1, 1 + (seed % 2), 0, seed % 9, 3, 4];
  for (const [i, word] of control.entries()) view.setInt32(CONTROL + i * 4, word, true);
  view.setInt32(REQUEST + SPAWN.PATH, at + 9 * 128, true);
  view.setInt32(REQUEST + SPAWN.ARGUMENTS, LIST, true);
  view.setInt32(REQUEST + SPAWN.ENVIRONMENT, 0, true);
  view.setInt32(REQUEST + SPAWN.SEARCH_PATH, 0, true);
  view.setInt32(REQUEST + SPAWN.FLAGS, seed & 255, true);
  view.setInt32(REQUEST + SPAWN.ACTIONS, ACTIONS, true);
  view.setInt32(REQUEST + SPAWN.ACTION_COUNT, seed % 6, true);
  for (let i = 0; i < 5; i++) {
    view.setInt32(ACTIONS + i * SPAWN_ACTION.SIZE, ((seed >> i) % 6) + 1, true);
    view.setInt32(ACTIONS + i * SPAWN_ACTION.SIZE + SPAWN_ACTION.PATH, at + ((seed + i) % 10) * 128, true);
  }
}

describe('system calls', () => {
  it('with any arguments are answered or wait, and the kernel goes on', async () => {
    const succeeded = new Set<number>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(call, { minLength: 1, maxLength: 80, size: 'max' }),
        fc.nat(),
        async (sequence, seed) => {
          const machine = new TestMachine();
          // Guests may do with it as they like.
          machine.install('/bin/tool');
          let guest = machine.spawn();
          for (const fd of ['/tmp/a', '/dev/null', '/tmp/b', '/dev/ptmx'])
            expect(await guest.call(numbers.SYS_openat, -100, guest.string(fd), 0o102, 0o644)).toBeGreaterThanOrEqual(
              0,
            );
          await guest.call(numbers.SYS_pipe2, guest.room(8), 0);
          await guest.call(numbers.SYS_socketpair, 1, 1, 0, guest.room(8));
          const witness = machine.spawn();
          for (const [i, { number, parameters }] of sequence.entries()) {
            furnish(guest.memory, guest.view, seed + i);
            const answered = guest.call(number, ...parameters);
            // Answered before the witness, or asleep: then the guest is ended there, and another goes on.
            let result: number | null = null;
            answered.then((value) => {
              result = value;
            });
            expect(await witness.call(numbers.SYS_getpid)).toBe(witness.process.pid);
            await witness.call(numbers.SYS_getpid);
            expect(machine.crashes).toEqual([]);
            if (result === null) {
              machine.kernel.processes.end(guest.process, 9);
              guest = machine.spawn();
            } else {
              expect(Number.isSafeInteger(result)).toBe(true);
              if (result >= 0) succeeded.add(number);
            }
          }
          // Whatever was done to it, the file system is still there.
          const fd = await witness.call(numbers.SYS_openat, -100, witness.string('/tmp/after'), 0o102, 0o644);
          expect(await witness.call(numbers.SYS_write, fd, witness.string('ok'), 2)).toBe(2);
          expect(await witness.call(numbers.SYS_close, fd)).toBe(0);
          for (const process of machine.kernel.processes.all()) machine.kernel.processes.end(process, 9);
        },
      ),
      { numRuns: 200 },
    );
    // Else the arguments would not get beyond the first check. Many want a structure with sense in it, which chance seldom makes.
    expect(succeeded.size).toBeGreaterThan(calls.length / 3);
  }, 60_000);

  it('of a number that there is not are ENOSYS', async () => {
    const machine = new TestMachine();
    const guest = machine.spawn();
    for (const number of [-1, 9999, 0x7fffffff, -0x80000000, 1]) expect(await guest.call(number)).toBe(-38);
  });

  it('a spawn cannot put descriptors where no table is', async () => {
    const machine = new TestMachine();
    const guest = machine.spawn();
    const fd = await guest.call(numbers.SYS_openat, -100, guest.string('/etc/passwd'), 0, 0);
    for (const to of [-1, 1024, 0x7fffffff, -0x80000000]) {
      const request = guest.spawnRequest('/bin/program', guest.room(8), [[ACTION_DUP2, to, fd]]);
      expect(await guest.call(numbers.SYS_portside_spawn, request)).toBe(-9);
    }
  });

  it('a list of strings that would be endless is E2BIG, at once', async () => {
    const machine = new TestMachine();
    const guest = machine.spawn();
    const long = guest.string('x'.repeat(100_000));
    const argv = guest.bytes(new Uint8Array(new Int32Array(20_000).fill(long).buffer));
    expect(await guest.call(numbers.SYS_portside_spawn, guest.spawnRequest('/bin/program', argv))).toBe(-7);
  });
});
