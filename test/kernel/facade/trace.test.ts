/** The facade, by what each member does: system calls that are looked at. */
import { expect, it, vi } from 'vitest';
import * as n from '../../../kernel-host/abi/syscall.js';
import { createKernel, register } from '../../support/hosted-kernel.js';

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
