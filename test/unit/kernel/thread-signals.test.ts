/** Which thread of a process is told of a signal (POSIX 2.4.1). */
import { expect, test } from 'vitest';
import { bitOf, SI_USER, SIGTERM } from '../../../kernel-host/abi/signal.js';
import { CHANNEL } from '../../../kernel-host/channel/layout.js';
import type { Task } from '../../../kernel-host/process/task.js';
import { TestMachine } from './guest.js';

/** Where its C library looks for handlers, as any index of its functions. */
const WORD = CHANNEL.DATA;
const HANDLER = 2;

function twoThreads(): [Task, Task] {
  const machine = new TestMachine();
  const { process } = machine.spawn();
  const { processes } = machine.kernel;
  const entry = { kind: 'thread', stack: 0, threadPointer: 0 } as const;
  const second = processes.threads.start(process, processes.allocatePid(), process.image.program, null, entry);
  const first = process.task;
  if (!first) throw new Error('the process has no thread');
  for (const { signals } of [first, second]) signals.register(WORD);
  process.signals.setAction(SIGTERM, { handler: HANDLER, flags: 0, mask: 0n });
  return [first, second];
}

const alerted = (...tasks: readonly Task[]): boolean[] => tasks.map(({ signals }) => signals.alerted);

test('one that blocks a signal before it ran the handler leaves that to another, which takes it once', () => {
  const [first, second] = twoThreads();
  const { signals } = first.process;
  expect(signals.send({ signal: SIGTERM, code: SI_USER })).toBe(0);
  expect(alerted(first, second)).toEqual([true, false]);
  signals.setMask(first, bitOf(SIGTERM));
  expect(alerted(first, second)).toEqual([false, true]);
  expect(signals.deliver(first)).toBeNull();
  expect(signals.deliver(second)?.info.signal).toBe(SIGTERM);
  expect(signals.deliver(second)).toBeNull();
});

test('a signal for one thread stays with that, blocked or not', () => {
  const [first, second] = twoThreads();
  const { signals } = first.process;
  signals.send({ signal: SIGTERM, code: SI_USER }, first);
  signals.setMask(first, bitOf(SIGTERM));
  expect(alerted(first, second)).toEqual([false, false]);
  signals.setMask(first, 0n);
  expect(alerted(first, second)).toEqual([true, false]);
});
