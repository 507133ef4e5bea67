/** The facade: each member by what it does, for programs that the test runs itself, call by call. */
import { afterEach, expect, it, vi } from 'vitest';
import { EAGAIN, ECHILD, EINTR, ENOENT, ENOSYS } from '../../kernel-host/abi/errno.js';
import { AT_FDCWD, O_CLOEXEC, O_RDWR } from '../../kernel-host/abi/fcntl.js';
import * as n from '../../kernel-host/abi/syscall.js';
import type { KernelCallbacks } from '../../kernel-host/facade/callbacks.js';
import {
  CentralizedKernelWorker,
  type KernelWorkerConfig,
} from '../../kernel-host/facade/centralized-kernel-worker.js';
import { ABI_VERSION } from '../../kernel-host/guest/posix/declaration.js';
import { RING } from '../../kernel-host/memory/layout.js';
import { PipeEnd } from '../../kernel-host/pipe/pipe.js';
import { writeRing } from '../../kernel-host/pipe/ring.js';
import { NodeGuestWorkers } from '../../kernel-host/platform/node/guest-workers.js';
import { nodePlatform } from '../../kernel-host/platform/node/machine.js';
import { copyOf, HostedProgram, newMemory } from '../support/hosted-program.js';

const CHANNEL = 64;
const THREAD_CHANNEL = 256;
const SIGWINCH = 28;
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const started: HostedProgram[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((program) => program.stop()));
});

async function createKernel(callbacks: KernelCallbacks = {}, config: Partial<KernelWorkerConfig> = {}) {
  const workers = new NodeGuestWorkers(new URL('../../dist/node/process-worker.js', import.meta.url));
  const kernel = new CentralizedKernelWorker({ platform: nodePlatform(workers), ...config }, callbacks);
  await kernel.init();
  return kernel;
}

async function run(memory: WebAssembly.Memory, offset = CHANNEL): Promise<HostedProgram> {
  const program = await HostedProgram.start(memory, offset);
  started.push(program);
  return program;
}

async function register(kernel: CentralizedKernelWorker, pid = kernel.allocatePid()) {
  const memory = newMemory();
  kernel.registerProcess(pid, memory, [CHANNEL], { argv: ['/bin/hosted', 'one'] });
  return { pid, memory, program: await run(memory) };
}

const open = (program: HostedProgram, path: string, flags = O_RDWR) =>
  program.call(n.SYS_openat, AT_FDCWD, program.put(path), flags);

it('says that it was used too early, and begins once', async () => {
  const workers = new NodeGuestWorkers(new URL('../../dist/node/process-worker.js', import.meta.url));
  const kernel = new CentralizedKernelWorker({ platform: nodePlatform(workers) });
  expect(() => kernel.allocatePid()).toThrow(expect.objectContaining({ code: 'kernel-not-initialised' }));
  expect(kernel.getKernelInstance()).toBeNull();
  await kernel.init();
  const machine = kernel.getKernel();
  await kernel.init();
  expect(kernel.getKernel()).toBe(machine);
  expect(kernel.getKernelInstance()).toBe(machine);
  expect(kernel.getKernelAbiVersion()).toBe(ABI_VERSION);
});

it('runs a registered process to its end, and tells its output and its status', async () => {
  const onExit = vi.fn();
  const kernel = await createKernel({ onExit });
  const written: string[] = [];
  kernel.setOutputCallbacks({ onStdout: (data) => written.push(`out ${decode(data)}`) });
  kernel.setOutputCallbacks({ onStderr: (data) => written.push(`err ${decode(data)}`) });
  const { pid, program, memory } = await register(kernel);
  expect(kernel.getProcessMemory(pid)).toBe(memory);
  expect(await program.call(n.SYS_getpid)).toBe(pid);
  expect(await program.call(n.SYS_write, 1, program.put('hello'), 5)).toBe(5);
  expect(await program.call(n.SYS_write, 2, program.put('oops'), 4)).toBe(4);
  expect(written).toEqual(['out hello', 'err oops']);
  expect(kernel.enumProcs()).toMatchObject([{ pid, ppid: 0, comm: 'hosted', cmdline: ['/bin/hosted', 'one'] }]);
  expect(await program.call(n.SYS_exit_group, 7)).toBe('ProcessOver');
  expect(onExit).toHaveBeenCalledWith(pid, 7);
  expect(kernel.enumProcs()).toEqual([]);
  expect(kernel.getProcessMemory(pid)).toBeUndefined();
  expect(() => kernel.setStdinData(pid, encode('x'))).toThrow(expect.objectContaining({ errno: 3 }));
});

it.each([
  ['waiting for each channel', false],
  ['looking at all channels in a loop', true],
])('answers several processes at once, %s', async (_how, polling) => {
  const kernel = await createKernel();
  expect(kernel.usePolling).toBe(false);
  expect(kernel.relistenBatchSize).toBe(64);
  kernel.usePolling = polling;
  kernel.relistenBatchSize = 1;
  const processes = [await register(kernel), await register(kernel)];
  const timer = vi.fn();
  const interval = setInterval(timer, 0);
  for (let i = 0; i < 200; i++)
    for (const { pid, program } of processes) expect(await program.call(n.SYS_getpid)).toBe(pid);
  clearInterval(interval);
  expect(timer).toHaveBeenCalled();
});

it('gives ids as it is told', async () => {
  const kernel = await createKernel();
  const first = kernel.allocatePid();
  expect(kernel.allocatePid()).toBe(first + 1);
  kernel.setNextChildPid(500);
  const { pid } = await register(kernel);
  expect(pid).toBe(500);
  expect(() => kernel.registerProcess(500, newMemory(), [CHANNEL])).toThrow(expect.objectContaining({ errno: 17 }));
  expect(() => kernel.registerProcess(501, newMemory(), [CHANNEL], { skipKernelCreate: true })).toThrow(
    expect.objectContaining({ errno: 3 }),
  );
});

it('feeds standard input, which ends where it is finite', async () => {
  const kernel = await createKernel();
  const { pid, program } = await register(kernel);
  const buffer = program.room(64);
  const read = program.call(n.SYS_read, 0, buffer, 64);
  kernel.appendStdinData(pid, encode('later'));
  expect(await read).toBe(5);
  expect(program.text(buffer, 5)).toBe('later');
  kernel.setStdinData(pid, encode('all'));
  expect(await program.call(n.SYS_read, 0, buffer, 64)).toBe(3);
  expect(await program.call(n.SYS_read, 0, buffer, 64)).toBe(0);
});

it('puts a process where and makes it who the host says', async () => {
  const kernel = await createKernel();
  const { pid, program } = await register(kernel);
  kernel.setCwd(pid, '/usr/bin');
  kernel.setCredentials(pid, { uid: 1000 });
  const buffer = program.room(64);
  expect(await program.call(n.SYS_getcwd, buffer, 64)).toBe(9);
  expect(program.text(buffer, 8)).toBe('/usr/bin');
  expect(await program.call(n.SYS_getuid)).toBe(1000);
  expect(await program.call(n.SYS_geteuid)).toBe(1000);
  expect(await program.call(n.SYS_getgid)).toBe(0);
  kernel.setCredentials(pid, { gid: 50 });
  expect(await program.call(n.SYS_getegid)).toBe(50);
  expect(() => kernel.setCwd(pid, '/nowhere')).toThrow(expect.objectContaining({ errno: ENOENT }));
});

it('lays heap and mappings where the host says, and shows them', async () => {
  const kernel = await createKernel();
  const { pid, program } = await register(kernel);
  const MiB = 1024 * 1024;
  expect(kernel.setBrkBase(pid, BigInt(2 * MiB))).toBe(true);
  expect(kernel.setBrkLimit(pid, 3 * MiB)).toBe(true);
  expect(kernel.setMmapBase(pid, 4 * MiB)).toBe(true);
  kernel.setMaxAddr(pid, 6 * MiB);
  expect(await program.call(n.SYS_brk, 0)).toBe(2 * MiB);
  expect(await program.call(n.SYS_brk, 3 * MiB)).toBe(3 * MiB);
  expect(await program.call(n.SYS_brk, 3 * MiB + 1)).toBe(3 * MiB);
  expect(kernel.setBrkBase(pid, MiB)).toBe(false);
  const map = (length: number) => program.call(n.SYS_mmap2, 0, length, 3, 0x22, -1, 0);
  expect(await map(MiB)).toBe(4 * MiB);
  expect(await map(2 * MiB)).toBe(-12);
  const reserved = kernel.reserveHostRegion(pid, 65536);
  expect(reserved).toBeGreaterThanOrEqual(5 * MiB);
  expect(() => kernel.reserveHostRegionAt(pid, reserved, 65536)).toThrow(expect.objectContaining({ errno: 17 }));
  const maps = kernel.readProcMaps(pid);
  expect(maps).toContain('00200000-00300000 rw-p 00000000 00:00 0');
  expect(maps).toContain('[heap]');
  expect(maps).toContain('00400000-00510000 rw-p');
  expect(kernel.readProcMaps(9999)).toBeNull();
  expect(kernel.setBrkBase(9999, 0)).toBe(false);
  expect(kernel.toKernelPtr(-1)).toBe(0xffffffff);
  expect(kernel.toKernelPtr(2n ** 32n + 5n)).toBe(5);
});

it('forks with the help of the host, and tells the parent of the child', async () => {
  const children: HostedProgram[] = [];
  const kernel = await createKernel({
    async onFork(_parent, childPid, parentMemory) {
      const memory = copyOf(parentMemory);
      // The child has not called anything: the copy of its parent's channel is of the parent's call.
      new Int32Array(memory.buffer, CHANNEL, 18).fill(0);
      kernel.registerProcess(childPid, memory, [CHANNEL], { skipKernelCreate: true });
      children.push(await run(memory));
      return [CHANNEL];
    },
  });
  const { pid, program } = await register(kernel);
  expect(kernel.getForkCount(pid)).toBe(0n);
  const childPid = await program.call(n.SYS_portside_fork, 0, 0, 0, 0);
  expect(kernel.getForkCount(pid)).toBe(1n);
  expect(kernel.getForkCount(9999)).toBe(18446744073709551615n);
  const [child] = children;
  if (!child || typeof childPid === 'string') throw new Error('there is no child');
  expect(await child.call(n.SYS_getppid)).toBe(pid);
  expect(await child.call(n.SYS_exit_group, 3)).toBe('ProcessOver');
  const status = program.room(4);
  expect(await program.call(n.SYS_wait4, -1, status, 0, 0)).toBe(childPid);
  expect(program.words(status, 1)[0]).toBe(3 << 8);

  // One whose worker dies.
  const second = Number(await program.call(n.SYS_portside_fork, 0, 0, 0, 0));
  const waiting = program.call(n.SYS_wait4, -1, status, 0, 0);
  kernel.notifyHostProcessCrashed(second);
  expect(await waiting).toBe(second);
  expect(program.words(status, 1)[0]).toBe(11);

  // One that vanishes, while its parent waits.
  const third = Number(await program.call(n.SYS_portside_fork, 0, 0, 0, 0));
  const inVain = program.call(n.SYS_wait4, -1, status, 0, 0);
  kernel.removeProcessFromKernelTable(third);
  expect(await inVain).toBe(-ECHILD);

  // A zombie that the host removes.
  const fourth = Number(await program.call(n.SYS_portside_fork, 0, 0, 0, 0));
  kernel.notifyHostProcessCrashed(fourth, 9);
  expect(kernel.enumProcs().find((process) => process.pid === fourth)?.state).toBe('Z');
  kernel.removeFromKernelProcessTable(fourth);
  expect(kernel.enumProcs().map((process) => process.pid)).toEqual([pid]);
});

it('forks though the child, or the parent, is over before the host has made it', async () => {
  let meanwhile: (parent: number, child: number) => void = () => {};
  const kernel = await createKernel({
    async onFork(parent, childPid, parentMemory) {
      const memory = copyOf(parentMemory);
      new Int32Array(memory.buffer, CHANNEL, 18).fill(0);
      kernel.registerProcess(childPid, memory, [CHANNEL], { skipKernelCreate: true });
      meanwhile(parent, childPid);
      return [CHANNEL];
    },
  });
  const { pid, program } = await register(kernel);
  meanwhile = (_parent, child) => kernel.notifyHostProcessCrashed(child, 9);
  const child = Number(await program.call(n.SYS_portside_fork, 0, 0, 0, 0));
  expect(kernel.enumProcs().find((process) => process.pid === child)).toMatchObject({ ppid: pid, state: 'Z' });
  const status = program.room(4);
  expect(await program.call(n.SYS_wait4, -1, status, 0, 0)).toBe(child);
  expect(program.words(status, 1)[0]).toBe(9);
  expect(await program.call(n.SYS_wait4, -1, status, 0, 0)).toBe(-ECHILD);

  let orphan = 0;
  meanwhile = (parent, child) => {
    orphan = child;
    kernel.notifyHostProcessCrashed(parent, 9);
  };
  expect(await program.call(n.SYS_portside_fork, 0, 0, 0, 0)).toBe('ProcessOver');
  expect(kernel.enumProcs()).toMatchObject([{ pid: orphan, ppid: 0 }]);
  kernel.notifyHostProcessCrashed(orphan, 9);
  expect(kernel.enumProcs()).toEqual([]);
});

it('refuses fork, threads and exec without a host that has them, or with one that fails', async () => {
  const none = await createKernel();
  const alone = await register(none);
  expect(await alone.program.call(n.SYS_portside_fork, 0, 0, 0, 0)).toBe(-ENOSYS);
  const stack = alone.program.room(16);
  expect(await alone.program.call(n.SYS_clone, 0x50f00 | 0x80000, stack, 0, 0, 0)).toBe(-ENOSYS);
  // The kernel looks itself.
  expect(await alone.program.call(n.SYS_execve, alone.program.put('/bin/none'), 0, 0)).toBe(-ENOENT);
  const failing = await createKernel({
    onFork: () => Promise.reject(new Error('no memory')),
    onExec: () => Promise.resolve(-ENOENT),
  });
  const { pid, program } = await register(failing);
  expect(await program.call(n.SYS_portside_fork, 0, 0, 0, 0)).toBe(-EAGAIN);
  expect(await program.call(n.SYS_execve, program.put('/bin/none'), 0, 0)).toBe(-ENOENT);
  expect(failing.enumProcs().map((process) => process.pid)).toEqual([pid]);
});

it('execs with the help of the host: the same process, without what does not outlive exec', async () => {
  const asked = vi.fn();
  let next: HostedProgram | undefined;
  const kernel = await createKernel({
    async onExec(pid, path, argv, envp) {
      asked(path, argv, envp);
      expect(kernel.kernelExecSetup(pid)).toBe(0);
      kernel.prepareProcessForExec(pid);
      const memory = newMemory();
      kernel.registerProcess(pid, memory, [CHANNEL], { skipKernelCreate: true, argv });
      next = await run(memory);
      return 0;
    },
  });
  const { pid, program } = await register(kernel);
  const kept = await open(program, '/dev/null');
  const closed = await open(program, '/dev/null', O_RDWR | O_CLOEXEC);
  const argv = program.room(12);
  program.words(argv, 3).set([program.put('new'), program.put('word'), 0]);
  const envp = program.room(8);
  program.words(envp, 2).set([program.put('A=b'), 0]);
  expect(await program.call(n.SYS_execve, program.put('/bin/new'), argv, envp)).toBe('ProcessOver');
  await vi.waitFor(() => expect(next).toBeDefined());
  expect(asked).toHaveBeenCalledWith('/bin/new', ['new', 'word'], ['A=b']);
  if (!next) return;
  expect(await next.call(n.SYS_getpid)).toBe(pid);
  expect(await next.call(n.SYS_read, Number(kept), next.room(8), 8)).toBe(0);
  expect(await next.call(n.SYS_read, Number(closed), next.room(8), 8)).toBe(-9);
  expect(kernel.enumProcs()).toMatchObject([{ pid, cmdline: ['new', 'word'] }]);
  expect(kernel.kernelExecSetup(9999)).toBe(-3);
});

it('has threads that the host starts, on channels of their own', async () => {
  const onThreadExit = vi.fn();
  const cloned = vi.fn();
  const kernel = await createKernel({
    onThreadExit,
    onClone(pid, tid, ...rest) {
      cloned(...rest.slice(0, 5));
      kernel.addChannel(pid, THREAD_CHANNEL, tid);
      return Promise.resolve(tid);
    },
  });
  const { pid, memory, program } = await register(kernel);
  const stack = program.room(16);
  program.words(stack, 2).set([77, 88]);
  const clear = program.room(4);
  program.words(clear, 1)[0] = 1;
  const tid = Number(await program.call(n.SYS_clone, 0x10f00 | 0x80000 | 0x200000, stack, 0, 4444, clear));
  expect(cloned).toHaveBeenCalledWith(77, 88, stack, 4444, clear);
  const thread = await run(memory, THREAD_CHANNEL);
  expect(await thread.call(n.SYS_gettid)).toBe(tid);
  expect(await thread.call(n.SYS_getpid)).toBe(pid);
  expect(await thread.call(n.SYS_exit, 0)).toBe('ProcessOver');
  expect(onThreadExit).toHaveBeenCalledWith(pid, tid, THREAD_CHANNEL);
  expect(program.words(clear, 1)[0]).toBe(0);

  // By the host: one by its channel, one by its id.
  for (const [offset, remove] of [
    [512, () => kernel.removeChannel(pid, 512)],
    [768, () => kernel.notifyThreadExit(pid, tid + 1)],
  ] as const) {
    kernel.addChannel(pid, offset, tid + 1);
    const other = await run(memory, offset);
    expect(await other.call(n.SYS_gettid)).toBe(tid + 1);
    const asleep = other.call(n.SYS_read, 0, program.room(8), 8);
    await vi.waitFor(() => expect(kernel.getKernel().processes.threads.byTid(tid + 1)?.parked).toBe(true));
    remove();
    expect(await asleep).toBe('ProcessOver');
    expect(onThreadExit).toHaveBeenLastCalledWith(pid, tid + 1, offset);
  }
  expect(await program.call(n.SYS_getpid)).toBe(pid);
});

it('ceases to hear a process that is deactivated, and forgets one that is unregistered', async () => {
  const kernel = await createKernel();
  const { pid, program } = await register(kernel);
  expect(await program.call(n.SYS_getpid)).toBe(pid);
  kernel.deactivateProcess(pid);
  const heard = vi.fn();
  void program.call(n.SYS_getpid).then(heard);
  const other = await register(kernel);
  for (let i = 0; i < 20; i++) await other.program.call(n.SYS_getpid);
  expect(heard).not.toHaveBeenCalled();
  kernel.unregisterProcess(pid);
  expect(kernel.enumProcs().map((process) => process.pid)).toEqual([other.pid]);
});

it('gives a process a terminal, whose master the host has', async () => {
  const kernel = await createKernel();
  const { pid, program } = await register(kernel);
  const index = kernel.setupPty(pid);
  const buffer = program.room(64);
  const line = program.call(n.SYS_read, 0, buffer, 64);
  kernel.ptyMasterWrite(index, encode('typed\r'));
  expect(await line).toBe(6);
  expect(program.text(buffer, 6)).toBe('typed\n');
  expect(decode(kernel.ptyMasterRead(index) ?? new Uint8Array())).toBe('typed\r\n');
  expect(kernel.ptyMasterRead(index)).toBeNull();
  expect(await program.call(n.SYS_write, 1, program.put('kept\n'), 5)).toBe(5);
  const shown = vi.fn();
  kernel.onPtyOutput(index, (data) => shown(decode(data)));
  await program.call(n.SYS_write, 1, program.put('told\n'), 5);
  await vi.waitFor(() => expect(shown.mock.calls.flat().join('')).toBe('kept\r\ntold\r\n'));

  // A resize is a signal, which ends the wait of who has a handler for it.
  expect(await program.call(n.SYS_portside_signal_word, program.room(4))).toBe(0);
  const action = program.room(16);
  program.words(action, 4).set([99, 0, 0, 0]);
  expect(await program.call(n.SYS_rt_sigaction, SIGWINCH, action, 0, 8)).toBe(0);
  const asleep = program.call(n.SYS_read, 0, buffer, 64);
  await vi.waitFor(() => expect(kernel.getKernel().processes.byPid(pid)?.task?.parked).toBe(true));
  kernel.ptySetWinsize(index, 50, 132);
  expect([-EINTR, -512]).toContain(await asleep);
  expect(await program.call(n.SYS_ioctl, 0, 0x5413, buffer)).toBe(0);
  expect([...new Uint16Array(program.memory.buffer, buffer, 2)]).toEqual([50, 132]);
  expect(() => kernel.ptyMasterRead(77)).toThrow(expect.objectContaining({ errno: 6 }));
});

it('wakes who waits at a pipe that the host has written to, or read from', async () => {
  const kernel = await createKernel();
  const { pid, program } = await register(kernel);
  const ends = program.room(8);
  await program.call(n.SYS_pipe2, ends, 0);
  const [reading = 0, writing = 0] = program.words(ends, 2);
  const index = kernel.pipeIndexOf(pid, reading);
  expect(kernel.pipeIndexOf(pid, writing)).toBe(index);
  expect(() => kernel.pipeIndexOf(pid, 0)).toThrow(expect.objectContaining({ errno: 9 }));
  const machine = kernel.getKernel();
  const process = machine.processes.byPid(pid);
  const end = machine.descriptions.kernelObject(process?.descriptors.get(reading) ?? 0);
  if (!(end instanceof PipeEnd)) throw new Error('no pipe');
  const parked = () => vi.waitFor(() => expect(process?.task?.parked).toBe(true));

  const buffer = program.room(64);
  const read = program.call(n.SYS_read, reading, buffer, 64);
  await parked();
  writeRing(machine.memory, end.ring, encode('by the host'), 0, 11, false);
  kernel.notifyPipeReadable(index, pid);
  expect(await read).toBe(11);
  expect(program.text(buffer, 11)).toBe('by the host');

  const capacity = machine.memory.u32[(end.ring >>> 2) + RING.CAPACITY_W] ?? 0;
  writeRing(machine.memory, end.ring, new Uint8Array(capacity), 0, capacity, false);
  const written = program.call(n.SYS_write, writing, buffer, 10);
  await parked();
  Atomics.add(machine.memory.i32, (end.ring >>> 2) + RING.TAIL_W, capacity);
  kernel.notifyPipeWritable(index);
  expect(await written).toBe(10);
});

it('shows what programs draw, by writing or in memory of their own', async () => {
  const kernel = await createKernel({}, { framebuffer: { width: 32, height: 16 } });
  const { pid, program, memory } = await register(kernel);
  const changed = vi.fn();
  kernel.framebuffers.onChange(changed);
  const drawn = vi.fn();
  kernel.framebuffers.onWrite((who, offset, bytes) => drawn(who, offset, [...bytes]));
  const fd = Number(await open(program, '/dev/fb0'));
  const info = program.room(160);
  expect(await program.call(n.SYS_ioctl, fd, 0x4600, info)).toBe(0);
  expect([...program.words(info, 7)]).toEqual([32, 16, 32, 16, 0, 0, 32]);
  const fixed = program.room(68);
  expect(await program.call(n.SYS_ioctl, fd, 0x4602, fixed)).toBe(0);
  expect(program.words(fixed + 44, 1)[0]).toBe(128);

  await program.call(n.SYS_write, fd, program.put(new Uint8Array([1, 2, 3, 4])), 4);
  expect(drawn).toHaveBeenCalledWith(pid, 0, [1, 2, 3, 4]);
  expect(kernel.framebuffers.get(pid)).toMatchObject({ addr: 0, len: 0, w: 32, h: 16, stride: 128, fmt: 'BGRA32' });
  expect([...(kernel.framebuffers.get(pid)?.hostBuffer?.subarray(0, 5) ?? [])]).toEqual([1, 2, 3, 4, 0]);

  const at = Number(await program.call(n.SYS_mmap2, 0, 2048, 3, 1, fd, 0));
  expect(at).toBeGreaterThan(0);
  await vi.waitFor(() => expect(kernel.framebuffers.get(pid)?.addr).toBe(at));
  const picture = new Uint8Array(memory.buffer, at, 2048);
  expect([...picture.subarray(0, 5)]).toEqual([1, 2, 3, 4, 0]);
  picture[2047] = 9;
  // Whoever reads the device sees it.
  const buffer = program.room(1);
  expect(await program.call(n.SYS_llseek, fd, 0, 2047, program.room(8), 0)).toBe(0);
  expect(await program.call(n.SYS_read, fd, buffer, 1)).toBe(1);
  expect(program.bytes(buffer, 1)[0]).toBe(9);
  expect(kernel.readProcMaps(pid)).toContain('/dev/fb0');
  expect(await program.call(n.SYS_munmap, at, 2048)).toBe(0);
  await vi.waitFor(() => expect(kernel.framebuffers.list()).toEqual([]));
  expect(changed).toHaveBeenCalledWith(pid);

  // As a host of its own programs says it.
  kernel.framebuffers.bind({ pid, addr: 8192, len: 64, w: 4, h: 4, stride: 16, fmt: 'BGRA32' });
  changed.mockClear();
  kernel.framebuffers.rebindMemory(pid);
  expect(changed).toHaveBeenCalledOnce();
  expect(() => kernel.framebuffers.bind({ pid, addr: 8192, len: 63, w: 4, h: 4, stride: 16, fmt: 'BGRA32' })).toThrow(
    expect.objectContaining({ errno: 22 }),
  );
  kernel.framebuffers.unbind(pid);
  expect(kernel.framebuffers.get(pid)).toBeUndefined();
});

it('hands over what is played, the newest where nobody takes it', async () => {
  const kernel = await createKernel();
  const { program } = await register(kernel);
  const fd = Number(await open(program, '/dev/dsp', 1));
  expect(await open(program, '/dev/dsp', 1)).toBe(-16);
  const value = program.room(4);
  const set = async (request: number, wanted: number) => {
    program.words(value, 1)[0] = wanted;
    expect(await program.call(n.SYS_ioctl, fd, request | 0, value)).toBe(0);
    return program.words(value, 1)[0];
  };
  expect(await set(0xc0045002, 44100)).toBe(44100);
  expect(await set(0xc0045006, 2)).toBe(2);
  // 8 bits a sample are not there: 16 are.
  expect(await set(0xc0045005, 8)).toBe(16);
  expect([kernel.audioSampleRate(), kernel.audioChannels(), kernel.audioPending()]).toEqual([44100, 2, 0]);
  const samples = Uint8Array.from({ length: 10 }, (_, i) => i);
  await program.call(n.SYS_write, fd, program.put(samples), 10);
  expect(kernel.audioPending()).toBe(10);
  const out = new Uint8Array(7);
  expect(kernel.drainAudio(out)).toBe(4);
  expect([...out.subarray(0, 4)]).toEqual([0, 1, 2, 3]);
  // Half a frame waits for its other half.
  expect(kernel.drainAudio(new Uint8Array(64))).toBe(4);
  expect(kernel.audioPending()).toBe(2);
  const space = program.room(16);
  await program.call(n.SYS_ioctl, fd, 0x8010500c | 0, space);
  expect(program.words(space, 4)[3]).toBe(262144 - 2);
  const loud = program.put(new Uint8Array(65536).fill(7));
  for (let i = 0; i < 6; i++) expect(await program.call(n.SYS_write, fd, loud, 65536)).toBe(65536);
  expect(kernel.audioPending()).toBeLessThanOrEqual(262144);
  expect(kernel.audioPending()).toBeGreaterThan(262144 - 8);
});

it('tells programs of the mouse, three bytes a movement', async () => {
  const kernel = await createKernel();
  const { program } = await register(kernel);
  const fd = Number(await open(program, '/dev/input/mice'));
  const buffer = program.room(64);
  const read = program.call(n.SYS_read, fd, buffer, 64);
  await vi.waitFor(() => expect(kernel.getKernel().processes.all()[0]?.task?.parked).toBe(true));
  kernel.injectMouseEvent(5, -3, 1);
  expect(await read).toBe(3);
  expect([...program.bytes(buffer, 3)]).toEqual([0x29, 5, 253]);
  kernel.injectMouseEvent(-300, 300, 6);
  expect(await program.call(n.SYS_read, fd, buffer, 64)).toBe(3);
  expect([...program.bytes(buffer, 3)]).toEqual([0x1e, 129, 127]);
  // What a driver of PS/2 mice asks first.
  await program.call(n.SYS_write, fd, program.put(new Uint8Array([0xff])), 1);
  expect(await program.call(n.SYS_read, fd, buffer, 64)).toBe(3);
  expect([...program.bytes(buffer, 3)]).toEqual([0xfa, 0xaa, 0]);
});

it('finds who listens, and asks it', async () => {
  const kernel = await createKernel();
  const { pid, program } = await register(kernel);
  const fd = Number(await program.call(n.SYS_socket, 2, 1, 0));
  const address = program.put(new Uint8Array([2, 0, 0x1f, 0x90, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
  expect(await program.call(n.SYS_bind, fd, address, 16)).toBe(0);
  expect(kernel.pickListenerTarget(8080)).toBeNull();
  expect(await program.call(n.SYS_listen, fd, 5)).toBe(0);
  expect(kernel.pickListenerTarget(8080)).toEqual({ pid, fd });
  const response = kernel.sendHttpRequest(8080, { method: 'GET', url: '/x?y=1', headers: {}, body: null });
  const connection = Number(await program.call(n.SYS_accept, fd, 0, 0));
  const buffer = program.room(512);
  const count = Number(await program.call(n.SYS_read, connection, buffer, 512));
  expect(program.text(buffer, count)).toMatch(/^GET \/x\?y=1 HTTP\/1\.1\r\nHost: localhost:8080\r\n/);
  const answer = 'HTTP/1.1 201 Created\r\nContent-Length: 3\r\nX-It: works\r\n\r\nyes';
  await program.call(n.SYS_write, connection, program.put(answer), answer.length);
  await expect(response).resolves.toMatchObject({ status: 201, headers: { 'x-it': 'works' }, body: encode('yes') });
});

it('prefers the children of a master that listens, each in its turn', async () => {
  const kernel = await createKernel({
    async onFork(_parent, childPid, parentMemory) {
      const memory = copyOf(parentMemory);
      new Int32Array(memory.buffer, CHANNEL, 18).fill(0);
      kernel.registerProcess(childPid, memory, [CHANNEL], { skipKernelCreate: true });
      return [CHANNEL];
    },
  });
  const { program } = await register(kernel);
  const fd = Number(await program.call(n.SYS_socket, 2, 1, 0));
  const address = program.put(new Uint8Array([2, 0, 0x1f, 0x90, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
  await program.call(n.SYS_bind, fd, address, 16);
  await program.call(n.SYS_listen, fd, 5);
  const children = [
    await program.call(n.SYS_portside_fork, 0, 0, 0, 0),
    await program.call(n.SYS_portside_fork, 0, 0, 0, 0),
  ];
  const picked = [1, 2, 3, 4].map(() => kernel.pickListenerTarget(8080)?.pid);
  expect(picked).toEqual([...children, ...children]);
});

it('keeps the system calls that are made while it is asked to, and counts all', async () => {
  const print = vi.fn();
  const kernel = await createKernel({}, { profile: true, print });
  const { pid, program } = await register(kernel);
  await program.call(n.SYS_getpid);
  kernel.enableSyscallTrace();
  await program.call(n.SYS_write, 1, program.put('traced'), 6);
  expect(kernel.dumpLastSyscalls(pid)).toBe('write(1, "traced", 6) = 6\n');
  kernel.disableSyscallTrace();
  await program.call(n.SYS_getpid);
  expect(kernel.drainSyscallTrace()).toMatchObject([
    { pid, nr: n.SYS_write, args: [1, expect.any(Number), 6, 0, 0, 0], result: 6 },
  ]);
  expect(kernel.drainSyscallTrace()).toEqual([]);
  kernel.dumpProfile();
  expect(print.mock.calls[0]?.[0]).toMatch(/ 2 +getpid/);
  const silent = await createKernel({}, { print });
  silent.dumpProfile();
  expect(print).toHaveBeenCalledOnce();
});
