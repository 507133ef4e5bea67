/** The facade, by what each member does: processes that the host registers. */
import { expect, it, vi } from 'vitest';
import { ENOENT } from '../../../kernel-host/abi/errno.js';
import * as n from '../../../kernel-host/abi/syscall.js';
import { CentralizedKernelWorker } from '../../../kernel-host/facade/centralized-kernel-worker.js';
import { ABI_VERSION } from '../../../kernel-host/guest/posix/declaration.js';
import { NodeGuestWorkers } from '../../../kernel-host/platform/node/guest-workers.js';
import { nodePlatform } from '../../../kernel-host/platform/node/machine.js';
import { CHANNEL, createKernel, decode, encode, register } from '../../support/hosted-kernel.js';
import { newMemory } from '../../support/hosted-program.js';

it('says that it was used too early, and begins once', async () => {
  const workers = new NodeGuestWorkers(new URL('../../../dist/node/process-worker.js', import.meta.url));
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
