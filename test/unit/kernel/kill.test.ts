/** kill(2), as far as there are signals: they end a process, are ignored, or are refused. */
import { expect, it } from 'vitest';
import { EINVAL, ENOSYS, ESRCH } from '../../../kernel-host/abi/errno.js';
import * as number from '../../../kernel-host/abi/syscall.js';
import { TestMachine } from './guest.js';

const SIGTERM = 15;
const SIGCHLD = 17;
const SIGSTOP = 19;

it('ends, leaves alone or refuses, and says which', async () => {
  const machine = new TestMachine();
  const [sender, target] = [machine.spawn(), machine.spawn()];
  const kill = (pid: number, signal: number) => sender.call(number.SYS_kill, pid, signal);
  const { pid } = target.process;
  expect(await kill(pid, 0)).toBe(0);
  expect(await kill(pid, SIGCHLD)).toBe(0);
  expect(await kill(pid, SIGSTOP)).toBe(-ENOSYS);
  expect(await kill(pid, 65)).toBe(-EINVAL);
  expect(target.process.status).toBeNull();
  expect(await kill(pid, SIGTERM)).toBe(0);
  expect(target.process.status).toBe(SIGTERM);
  expect(await kill(pid, 0)).toBe(-ESRCH);
});
