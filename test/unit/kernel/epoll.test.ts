/** Epolls that watch epolls, on many ways and by several descriptors. */
import { expect, test } from 'vitest';
import { ELOOP, Errno } from '../../../kernel-host/abi/errno.js';
import { O_RDWR } from '../../../kernel-host/abi/fcntl.js';
import { POLLIN } from '../../../kernel-host/abi/poll.js';
import type { FileOperations } from '../../../kernel-host/file/file-operations.js';
import type { Kernel } from '../../../kernel-host/kernel.js';
import { KIND_KERNEL } from '../../../kernel-host/memory/layout.js';
import { Epoll } from '../../../kernel-host/poll/epoll.js';
import { EventCounter } from '../../../kernel-host/poll/event-counter.js';
import { TestMachine } from './guest.js';

interface Open<T extends FileOperations> {
  readonly file: T;
  readonly description: number;
}

function open<T extends FileOperations>(kernel: Kernel, file: T): Open<T> {
  return { file, description: kernel.describe(KIND_KERNEL, O_RDWR, file) };
}

const create = (kernel: Kernel): Open<Epoll> => open(kernel, new Epoll(kernel.descriptions, kernel.enqueue));

const watch = (watcher: Open<Epoll>, watched: Open<FileOperations>, fd = 3): void =>
  watcher.file.add(fd, watched.description, POLLIN, 1n);

function errnoOf(call: () => void): number {
  try {
    call();
  } catch (error) {
    if (error instanceof Errno) return error.errno;
    throw error;
  }
  return 0;
}

test('a change that comes on thousands of ways wakes whoever waits once', async () => {
  const { kernel } = new TestMachine();
  const counter = open(kernel, new EventCounter(0, false));
  // Four layers, each of which watches all of the one below: 8,000 ways lead to the top.
  let below: readonly Open<FileOperations>[] = [counter];
  for (let layer = 0; layer < 3; layer++) {
    const epolls = Array.from({ length: 20 }, () => create(kernel));
    for (const epoll of epolls) for (const watched of below) watch(epoll, watched);
    below = epolls;
  }
  const top = create(kernel);
  for (const watched of below) watch(top, watched);
  let wakes = 0;
  const woken = new Promise<void>((resolve) => {
    top.file.readable.add({
      wake: () => {
        wakes++;
        resolve();
      },
    });
  });
  counter.file.write(counter.description, new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0]));
  await woken;
  // Behind all that the kernel has begun by now.
  await new Promise<void>((resolve) => kernel.enqueue(resolve));
  expect(wakes).toBe(1);
  expect(top.file.collect(100, () => undefined)).toBe(20);
});

test('none is watched by itself, on whatever way, nor lies deeper than four in others', () => {
  const { kernel } = new TestMachine();
  const chain = Array.from({ length: 6 }, () => create(kernel));
  const [first, second] = chain;
  if (!first || !second) throw new Error('there are six');
  for (const [i, epoll] of chain.slice(0, 4).entries()) {
    const inner = chain[i + 1];
    if (inner) watch(epoll, inner);
  }
  expect(errnoOf(() => watch(second, first))).toBe(ELOOP);
  const [fifth, sixth] = chain.slice(4);
  if (!fifth || !sixth) throw new Error('there are six');
  expect(errnoOf(() => watch(fifth, sixth))).toBe(ELOOP);
  // Watched by two descriptors, it is watched still when one of them goes.
  watch(first, second, 4);
  first.file.remove(3, second.description);
  expect(errnoOf(() => watch(fifth, sixth))).toBe(ELOOP);
  first.file.remove(4, second.description);
  expect(errnoOf(() => watch(fifth, sixth))).toBe(0);
});
