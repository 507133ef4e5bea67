import { afterEach, beforeEach, expect, it } from 'vitest';
import { SI_USER, SIGCONT, SIGSTOP } from '../../../kernel-host/abi/signal.js';
import type { Kernel } from '../../../kernel-host/kernel.js';
import { enumProcs } from '../../../kernel-host/process/process-state.js';
import { machine, start } from './machine.js';

let kernel: Kernel;
beforeEach(() => {
  kernel = machine();
});
afterEach(() => {
  for (const process of kernel.processes.all()) kernel.processes.end(process, 0);
});

const states = () => enumProcs(kernel).map(({ pid, state }) => [pid, state]);

it('tells of all processes, as ps would', () => {
  const parent = start(kernel, { arguments: ['tool', 'a b'] });
  start(kernel, { parent });
  expect(enumProcs(kernel)).toEqual([
    { pid: 2, ppid: 0, uid: 0, gid: 0, vsizeBytes: 0, state: 'R', comm: 'tool', cmdline: ['tool', 'a b'] },
    { pid: 3, ppid: 2, uid: 0, gid: 0, vsizeBytes: 0, state: 'R', comm: 'tool', cmdline: ['tool'] },
  ]);
});

it('tells who is stopped, who goes on, and who is over and was not waited for', () => {
  const parent = start(kernel);
  const child = start(kernel, { parent });
  child.signals.raise(SIGSTOP, SI_USER);
  expect(states()).toEqual([
    [2, 'R'],
    [3, 'T'],
  ]);
  child.signals.raise(SIGCONT, SI_USER);
  expect(states()[1]).toEqual([3, 'R']);
  kernel.processes.end(child, 0);
  expect(enumProcs(kernel)[1]).toMatchObject({ pid: 3, ppid: 2, state: 'Z', cmdline: [] });
  kernel.processes.reap(child);
  expect(states()).toEqual([[2, 'R']]);
});
