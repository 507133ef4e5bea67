/** The facade, by what each member does: processes and threads that are made of others. */
import { expect, it, vi } from 'vitest';
import { EAGAIN, ECHILD, ENOENT, ENOSYS } from '../../../kernel-host/abi/errno.js';
import { O_CLOEXEC, O_RDWR } from '../../../kernel-host/abi/fcntl.js';
import * as n from '../../../kernel-host/abi/syscall.js';
import { CHANNEL, createKernel, open, register, run } from '../../support/hosted-kernel.js';
import { copyOf, type HostedProgram, newMemory } from '../../support/hosted-program.js';

const THREAD_CHANNEL = 256;

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
