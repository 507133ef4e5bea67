/** kill(2), towards a program without handlers. */
import { expect, it } from 'vitest';
import { EINVAL, ESRCH } from '../../../kernel-host/abi/errno.js';
import * as number from '../../../kernel-host/abi/syscall.js';
import { TestMachine } from './guest.js';

const SIGTERM = 15;
const SIGCHLD = 17;
const SIGCONT = 18;
const SIGSTOP = 19;

it('ends, stops, continues or leaves alone', async () => {
  const machine = new TestMachine();
  const [sender, target] = [machine.spawn(), machine.spawn()];
  const kill = (pid: number, signal: number) => sender.call(number.SYS_kill, pid, signal);
  const { pid } = target.process;
  expect(await kill(pid, 0)).toBe(0);
  expect(await kill(pid, SIGCHLD)).toBe(0);
  expect(await kill(pid, SIGSTOP)).toBe(0);
  expect(target.process.stopped).toBe(SIGSTOP);
  const answered = target.call(number.SYS_getppid);
  // The kernel has looked at that call before it answers this one, which came later.
  expect(await sender.call(number.SYS_getppid)).toBe(1);
  expect(await Promise.race([answered, Promise.resolve('none')])).toBe('none');
  expect(await kill(pid, SIGCONT)).toBe(0);
  expect(await answered).toBe(1);
  expect(await kill(pid, 65)).toBe(-EINVAL);
  expect(target.process.status).toBeNull();
  expect(await kill(pid, SIGTERM)).toBe(0);
  expect(target.process.status).toBe(SIGTERM);
  expect(await kill(pid, 0)).toBe(-ESRCH);
});
