import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { O_RDONLY } from '../../kernel-host/abi/fcntl.js';
import { exitedStatus, signaledStatus } from '../../kernel-host/abi/process.js';
import { SIGABRT, SIGTERM } from '../../kernel-host/abi/signal.js';
import { HostInput } from '../../kernel-host/file/host-stream.js';
import { KIND_KERNEL } from '../../kernel-host/memory/layout.js';
import { Machine } from '../support/machine.js';
import { WasiProgram } from '../support/wasi-program.js';

const ALL = 0x3fffffffn;
const FOLLOW = 1;
const CREAT = 1;
const DIRECTORY = 2;
const EXCL = 4;
const TRUNC = 8;
const ROOT = 3;
const [EBADF, EEXIST, EFAULT, EINVAL, EISDIR, ELOOP] = [8, 20, 21, 28, 31, 32];
const [ENOENT, ENOTDIR, ENOTEMPTY, ENOTSOCK, ESPIPE, ENOTCAPABLE] = [44, 54, 55, 57, 70, 76];

let machine: Machine;
beforeAll(() => {
  machine = new Machine();
});
afterAll(() => machine.close());

/** Opens a file below the root; where its descriptor will lie. */
function open(program: WasiProgram, path: string, how: number, rights = ALL, flags = 0): { at: number } {
  const fd = program.room(4);
  program.call('path_open', ROOT, FOLLOW, ...program.text(path), how, rights, ALL, flags, fd);
  return { at: fd };
}

function write(program: WasiProgram, fd: { at: number } | number, text: string): void {
  program.call('fd_write', fd, ...program.vectors(program.text(text)), program.room(4));
}

describe('the start of a program', () => {
  test('arguments and environment arrive as they were given', async () => {
    const program = new WasiProgram();
    const sizes = program.room(16);
    program.call('args_sizes_get', sizes, sizes + 4);
    program.call('environ_sizes_get', sizes + 8, sizes + 12);
    const pointers = program.room(16);
    const strings = program.room(100);
    program.call('args_get', pointers, strings);
    const environment = program.room(100);
    program.call('environ_get', pointers + 12, environment);
    const outcome = await program.run(machine, { arguments: ['-x', 'größe'], environment: ['A=1'] });
    expect(outcome.errnos()).toEqual([0, 0, 0, 0]);
    expect(outcome.uint32(sizes)).toBe(3);
    const size = outcome.uint32(sizes + 4);
    expect(outcome.text(strings, size)).toMatch(/^\/usr\/local\/bin\/program-\d+\0-x\0größe\0$/);
    expect(outcome.text(outcome.uint32(pointers + 4), 2)).toBe('-x');
    expect(outcome.uint32(sizes + 8)).toBe(1);
    expect(outcome.text(environment, outcome.uint32(sizes + 12))).toBe('A=1\0');
  });

  test('the root directory is descriptor 3, and nothing follows it', async () => {
    const program = new WasiProgram();
    const prestat = program.room(8);
    program.call('fd_prestat_get', ROOT, prestat);
    const name = program.room(8);
    program.call('fd_prestat_dir_name', ROOT, name, 1);
    program.call('fd_prestat_get', ROOT + 1, prestat);
    program.call('fd_prestat_get', 1, program.room(8));
    const stat = program.room(24);
    program.call('fd_fdstat_get', ROOT, stat);
    const outcome = await program.run(machine);
    expect(outcome.errnos().slice(0, 3)).toEqual([0, 0, EBADF]);
    expect([outcome.uint32(prestat), outcome.uint32(prestat + 4)]).toEqual([0, 1]);
    expect(outcome.text(name, 1)).toBe('/');
    expect(outcome.bytes(stat, 1)[0]).toBe(3);
  });

  test('an inherited descriptor keeps its number, and the root directory follows it', async () => {
    const inherited = machine.kernel.describe(KIND_KERNEL, O_RDONLY, new HostInput());
    const program = new WasiProgram();
    const [first, second] = [program.room(8), program.room(8)];
    program.call('fd_prestat_get', 3, first);
    program.call('fd_prestat_get', 4, second);
    program.call('fd_prestat_get', 5, program.room(8));
    program.call('path_filestat_get', 4, 0, ...program.text('etc/passwd'), program.room(64));
    const outcome = await program.run(machine, { descriptors: new Map([[3, inherited]]) });
    machine.kernel.descriptions.release(inherited);
    expect(outcome.errnos()).toEqual([0, 0, EBADF, 0]);
    // No directory, so that a libc looks further.
    expect(outcome.uint32(first)).not.toBe(0);
    expect([outcome.uint32(second), outcome.uint32(second + 4)]).toEqual([0, 1]);
  });

  test('what it returns or exits with is its status; a signal that it raises ends it', async () => {
    const returns = await new WasiProgram().run(machine);
    expect(returns.ended.status).toBe(exitedStatus(0));
    const exits = new WasiProgram();
    exits.call('proc_exit', 42);
    expect((await machine.run(await exits.assemble())).status).toBe(exitedStatus(42));
    for (const [wasi, linux] of [
      [6, SIGABRT],
      [15, SIGTERM],
    ] as const) {
      const raises = new WasiProgram();
      raises.call('proc_raise', wasi);
      expect((await machine.run(await raises.assemble())).status).toBe(signaledStatus(linux));
    }
  });
});

describe('files', () => {
  test('a file is made, written, read back, and is as long as was written', async () => {
    const program = new WasiProgram();
    const fd = open(program, 'tmp/made', CREAT | EXCL);
    write(program, fd, 'hello, world');
    const position = program.room(8);
    program.call('fd_seek', fd, 0n, 0, position);
    const [a, b] = [program.room(5), program.room(20)];
    const count = program.room(4);
    program.call('fd_read', fd, ...program.vectors([a, 5], [b, 20]), count);
    program.call('fd_tell', fd, position);
    const stat = program.room(64);
    program.call('fd_filestat_get', fd, stat);
    program.call('fd_close', fd);
    program.call('fd_close', fd);
    const outcome = await program.run(machine);
    expect(outcome.errnos()).toEqual([0, 0, 0, 0, 0, 0, 0, EBADF]);
    expect(outcome.uint32(count)).toBe(12);
    expect(outcome.text(a, 5) + outcome.text(b, 7)).toBe('hello, world');
    expect(outcome.uint64(position)).toBe(12n);
    expect(outcome.bytes(stat + 16, 1)[0]).toBe(4);
    expect(outcome.uint64(stat + 24)).toBe(1n);
    expect(outcome.uint64(stat + 32)).toBe(12n);
    const seconds = Number(outcome.uint64(stat + 48) / 1_000_000_000n);
    expect(Math.abs(seconds - Date.now() / 1000)).toBeLessThan(60);
  });

  test('open refuses with the error that the case has', async () => {
    const program = new WasiProgram();
    open(program, 'tmp/none', 0);
    open(program, 'tmp', DIRECTORY | CREAT | EXCL);
    open(program, 'tmp', 0);
    open(program, 'etc/passwd', DIRECTORY);
    open(program, 'etc/passwd/x', 0);
    const link = program.text('tmp/link');
    program.call('path_symlink', ...program.text('/etc/passwd'), ROOT, ...link);
    program.call('path_open', ROOT, 0, ...link, 0, 2n, 0n, 0, program.room(4));
    open(program, 'tmp/link', 0, 2n);
    program.call('path_open', 99, 0, ...link, 0, 2n, 0n, 0, program.room(4));
    program.call('path_open', 1, 0, ...link, 0, 2n, 0n, 0, program.room(4));
    const outcome = await program.run(machine);
    expect(outcome.errnos()).toEqual([ENOENT, EEXIST, EISDIR, ENOTDIR, ENOTDIR, 0, ELOOP, 0, EBADF, EBADF]);
  });

  test('rights say how it may be used: no write with read rights, no read with write rights', async () => {
    const program = new WasiProgram();
    const reads = open(program, 'tmp/rights', CREAT, 1n << 1n);
    write(program, reads, 'x');
    const writes = open(program, 'tmp/rights', 0, 1n << 6n);
    program.call('fd_read', writes, ...program.vectors([program.room(1), 1]), program.room(4));
    const [a, b] = [program.room(24), program.room(24)];
    program.call('fd_fdstat_get', reads, a);
    program.call('fd_fdstat_get', writes, b);
    program.call('fd_fdstat_set_rights', reads, ALL, 0n);
    const outcome = await program.run(machine);
    expect(outcome.errnos()).toEqual([0, EBADF, 0, EBADF, 0, 0, ENOTCAPABLE]);
    expect(outcome.uint64(a + 8) & 0b1000010n).toBe(0b10n);
    expect(outcome.uint64(b + 8) & 0b1000010n).toBe(0b1000000n);
    expect(outcome.uint64(a + 8) & 0b100100n).toBe(0b100100n);
  });

  test('positions: reads and writes that name one do not move the descriptor; append goes to the end', async () => {
    const program = new WasiProgram();
    const fd = open(program, 'tmp/positions', CREAT | TRUNC);
    const four = program.vectors(program.text('4444'));
    program.call('fd_pwrite', fd, ...four, 4n, program.room(4));
    write(program, fd, '00');
    const into = program.room(8);
    program.call('fd_pread', fd, ...program.vectors([into, 8]), 0n, program.room(4));
    const append = open(program, 'tmp/positions', 0, ALL, 1);
    write(program, append, 'end');
    program.call('fd_filestat_set_size', fd, 10n);
    const stat = program.room(64);
    program.call('fd_filestat_get', fd, stat);
    program.call('fd_allocate', fd, 0n, 4096n);
    program.call('fd_filestat_get', append, program.room(64));
    const tail = program.room(8);
    program.call('fd_pread', fd, ...program.vectors([tail, 3]), 8n, program.room(4));
    program.call('fd_pread', fd, ...program.vectors([tail, 3]), -1n, program.room(4));
    program.call('fd_seek', 1, 0n, 1, program.room(8));
    const outcome = await program.run(machine);
    expect(outcome.errnos()).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, EINVAL, ESPIPE]);
    expect([...outcome.bytes(into, 8)]).toEqual([48, 48, 0, 0, 52, 52, 52, 52]);
    expect(outcome.uint64(stat + 32)).toBe(10n);
    expect(outcome.text(tail, 3)).toBe('en\0');
  });

  test('directories: names, links and removal', async () => {
    const program = new WasiProgram();
    const at = (path: string): [number, number] => program.text(`tmp/tree${path}`);
    program.call('path_create_directory', ROOT, ...at(''));
    program.call('path_create_directory', ROOT, ...at(''));
    open(program, 'tmp/tree/file', CREAT);
    program.call('path_link', ROOT, 0, ...at('/file'), ROOT, ...at('/second'));
    const stat = program.room(64);
    program.call('path_filestat_get', ROOT, 0, ...at('/second'), stat);
    program.call('path_rename', ROOT, ...at('/second'), ROOT, ...at('/third'));
    program.call('path_remove_directory', ROOT, ...at(''));
    program.call('path_remove_directory', ROOT, ...at('/third'));
    program.call('path_unlink_file', ROOT, ...at(''));
    program.call('path_symlink', ...program.text('third'), ROOT, ...at('/link'));
    const target = program.room(8);
    const length = program.room(4);
    program.call('path_readlink', ROOT, ...at('/link'), target, 3, length);
    const [linkStat, targetStat] = [program.room(64), program.room(64)];
    program.call('path_filestat_get', ROOT, 0, ...at('/link'), linkStat);
    program.call('path_filestat_get', ROOT, FOLLOW, ...at('/link'), targetStat);
    program.call('path_filestat_set_times', ROOT, 0, ...at('/third'), 0n, 1_500_000_000_123_456_789n, 4);
    const times = program.room(64);
    program.call('path_filestat_get', ROOT, 0, ...at('/file'), times);
    for (const name of ['/link', '/third', '/file']) program.call('path_unlink_file', ROOT, ...at(name));
    program.call('path_remove_directory', ROOT, ...at(''));
    const outcome = await program.run(machine);
    expect(outcome.errnos()).toEqual([
      ...[0, EEXIST, 0, 0, 0, 0, ENOTEMPTY, ENOTDIR, EISDIR, 0],
      ...[0, 0, 0, 0, 0, 0, 0, 0, 0],
    ]);
    expect(outcome.uint64(stat + 24)).toBe(2n);
    expect(outcome.text(target, outcome.uint32(length))).toBe('thi');
    expect(outcome.bytes(linkStat + 16, 1)[0]).toBe(7);
    expect(outcome.bytes(targetStat + 16, 1)[0]).toBe(4);
    expect(outcome.uint64(times + 48)).toBe(1_500_000_000_123_456_789n);
  });

  test('fd_readdir gives every entry once, in buffers of any size', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `name-${i}`);
    const program = new WasiProgram();
    program.call('path_create_directory', ROOT, ...program.text('tmp/many'));
    for (const name of names) program.call('fd_close', open(program, `tmp/many/${name}`, CREAT));
    const directory = open(program, 'tmp/many', DIRECTORY);
    const [buffer, used] = [program.room(4096), program.room(4)];
    program.call('fd_readdir', directory, buffer, 4096, 0n, used);
    const [small, smallUsed] = [program.room(70), program.room(4)];
    program.call('fd_readdir', directory, small, 70, 0n, smallUsed);
    const [rest, restUsed] = [program.room(4096), program.room(4)];
    program.call('fd_readdir', directory, rest, 4096, 5n, restUsed);
    program.call('fd_readdir', 1, rest, 10, 0n, program.room(4));
    const outcome = await program.run(machine);
    expect(outcome.errnos().slice(-4)).toEqual([0, 0, 0, ESPIPE]);
    const read = (at: number, length: number): string[] => {
      const found: string[] = [];
      for (let i = at; i + 24 <= at + length; ) {
        const size = outcome.uint32(i + 16);
        found.push(outcome.text(i + 24, Math.min(size, at + length - i - 24)));
        i += 24 + size;
      }
      return found;
    };
    expect(read(buffer, outcome.uint32(used))).toEqual(['.', '..', ...names]);
    expect(outcome.uint32(smallUsed)).toBe(70);
    expect(read(small, 70).slice(0, 2)).toEqual(['.', '..']);
    const cookie = 5n;
    const skipped = read(rest, outcome.uint32(restUsed));
    expect(skipped).toEqual(names.slice(names.length - skipped.length));
    expect(skipped.length).toBe(names.length - Number(cookie - 2n));
  });

  test('fd_renumber moves a descriptor over another that is open', async () => {
    const program = new WasiProgram();
    const a = open(program, 'tmp/renumber-a', CREAT);
    const b = open(program, 'tmp/renumber-b', CREAT);
    program.call('fd_renumber', a, b);
    write(program, b, 'moved');
    program.call('fd_close', a);
    program.call('fd_renumber', b, 77);
    const stat = program.room(64);
    program.call('path_filestat_get', ROOT, 0, ...program.text('tmp/renumber-a'), stat);
    const outcome = await program.run(machine);
    expect(outcome.errnos()).toEqual([0, 0, 0, 0, EBADF, EBADF, 0]);
    expect(outcome.uint64(stat + 32)).toBe(5n);
  });
});

describe('what a guest may not do', () => {
  test('pointers beyond its memory are EFAULT, and it goes on', async () => {
    const program = new WasiProgram();
    const far = 0x7ffffff0;
    program.call('random_get', far, 100);
    program.call('random_get', -4, 8);
    program.call('args_sizes_get', far, 8);
    program.call('fd_write', 1, far, 1, program.room(4));
    program.call('fd_write', 1, ...program.vectors([far, 10]), program.room(4));
    program.call('path_open', ROOT, 0, far, 10, 0, ALL, ALL, 0, program.room(4));
    program.call('path_filestat_get', ROOT, 0, ...program.text('tmp'), far);
    program.call('poll_oneoff', far, far, 1, program.room(4));
    program.call('clock_time_get', 0, 0n, far);
    program.call('fd_readdir', ROOT, far, 100, 0n, program.room(4));
    const outcome = await program.run(machine);
    expect(new Set(outcome.errnos())).toEqual(new Set([EFAULT]));
    expect(outcome.errnos()).toHaveLength(10);
    expect(outcome.ended.status).toBe(0);
  });

  test('sockets are asked for what they are', async () => {
    const program = new WasiProgram();
    program.call('sock_accept', 1, 0, program.room(4));
    program.call('sock_shutdown', ROOT, 3);
    program.call('sock_shutdown', ROOT, 0);
    program.call('clock_time_get', 9, 0n, program.room(8));
    const outcome = await program.run(machine);
    expect(outcome.errnos()).toEqual([ENOTSOCK, ENOTSOCK, EINVAL, EINVAL]);
  });
});

describe('waiting', () => {
  const subscription = (userData: bigint, type: number, fill: (view: DataView) => void): Uint8Array => {
    const bytes = new Uint8Array(48);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(0, userData, true);
    view.setUint8(8, type);
    fill(view);
    return bytes;
  };
  const clock = (userData: bigint, milliseconds: number): Uint8Array =>
    subscription(userData, 0, (view) => {
      view.setUint32(16, 1, true);
      view.setBigUint64(24, BigInt(milliseconds * 1e6), true);
    });
  const readable = (userData: bigint, fd: number): Uint8Array =>
    subscription(userData, 1, (view) => view.setUint32(16, fd, true));
  const joined = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

  test('a clock is waited for, and not less', async () => {
    const program = new WasiProgram();
    const [before, after] = [program.room(8), program.room(8)];
    program.call('clock_time_get', 1, 0n, before);
    const [events, count] = [program.room(32), program.room(4)];
    program.call('poll_oneoff', program.bytes(clock(7n, 30)), events, 1, count);
    program.call('clock_time_get', 1, 0n, after);
    const outcome = await program.run(machine);
    expect(outcome.errnos()).toEqual([0, 0, 0]);
    expect(outcome.uint32(count)).toBe(1);
    expect(outcome.uint64(events)).toBe(7n);
    expect(outcome.uint64(after) - outcome.uint64(before)).toBeGreaterThanOrEqual(30_000_000n);
  });

  test('bytes that come end a wait that a clock would have ended later', async () => {
    let waits: () => void = () => {};
    const waiting = new Promise<void>((resolve) => {
      waits = resolve;
    });
    const input = new HostInput(() => {}, waits);
    const program = new WasiProgram();
    const [events, count] = [program.room(64), program.room(4)];
    program.call('poll_oneoff', program.bytes(joined(clock(1n, 60_000), readable(2n, 0))), events, 2, count);
    const into = program.room(8);
    const got = program.room(4);
    // The second buffer would have to wait: what is there is enough.
    program.call('fd_read', 0, ...program.vectors([into, 2], [into + 2, 6]), got);
    const running = program.run(machine, { input });
    await waiting;
    input.push(new TextEncoder().encode('go'));
    const outcome = await running;
    expect(outcome.errnos()).toEqual([0, 0]);
    expect(outcome.uint32(count)).toBe(1);
    expect(outcome.uint64(events)).toBe(2n);
    expect(outcome.text(into, outcome.uint32(got))).toBe('go');
  });

  test('a descriptor that is not open is an event with an error; no subscription at all is an error', async () => {
    const program = new WasiProgram();
    const [events, count] = [program.room(64), program.room(4)];
    program.call('poll_oneoff', program.bytes(joined(readable(1n, 55), clock(2n, 60_000))), events, 2, count);
    program.call('poll_oneoff', events, events, 0, count + 4096);
    const outcome = await program.run(machine);
    expect(outcome.errnos()).toEqual([0, EINVAL]);
    expect(outcome.uint32(count)).toBe(1);
    expect(outcome.view.getUint16(events + 8, true)).toBe(EBADF);
  });
});
