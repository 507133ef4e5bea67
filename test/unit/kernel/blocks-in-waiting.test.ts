/** A call that waits for something else, and then finds that it needs blocks of a file that are not in memory. */
import { expect, it } from 'vitest';
import { EIO } from '../../../kernel-host/abi/errno.js';
import { O_RDONLY } from '../../../kernel-host/abi/fcntl.js';
import { S_IFREG } from '../../../kernel-host/abi/stat.js';
import * as number from '../../../kernel-host/abi/syscall.js';
import { BLOCK } from '../../../kernel-host/fs/block.js';
import type { BlockSource } from '../../../kernel-host/fs/block-cache.js';
import { bytes, isPending, type TestGuest, TestMachine, text } from './guest.js';

const AT_FDCWD = -100;

/** Blocks come when the test says so, or not at all. */
class Source implements BlockSource {
  readonly #asked: { readonly resolve: (bytes: Uint8Array) => void; readonly reject: (error: Error) => void }[] = [];
  #wanted: () => void = () => {};
  readonly wanted = new Promise<void>((resolve) => {
    this.#wanted = resolve;
  });

  load(_file: number, _first: number, count: number): Promise<Uint8Array> {
    this.#wanted();
    return new Promise((resolve, reject) => {
      this.#asked.push({ resolve: () => resolve(bytes('content'.padEnd(count * BLOCK, '\0'))), reject });
    });
  }

  answer(): void {
    for (const { resolve } of this.#asked.splice(0)) resolve(new Uint8Array(0));
  }

  fail(): void {
    for (const { reject } of this.#asked.splice(0)) reject(new Error('not to be had'));
  }
}

/** A splice from a file that lies elsewhere to a pipe that is full. */
async function waiting(machine: TestMachine, source: Source) {
  const guest = machine.spawn();
  const { root } = machine.kernel.vfs;
  root.createBacked(root.root, bytes('file'), S_IFREG | 0o644, 7, source, 1);
  const pair = guest.room(8);
  await guest.call(number.SYS_pipe2, pair, 0);
  const [reader, writer] = [guest.view.getInt32(pair, true), guest.view.getInt32(pair + 4, true)];
  const page = guest.room(16384);
  for (let i = 0; i < 4; i++) expect(await guest.call(number.SYS_write, writer, page, 16384)).toBe(16384);
  const file = await guest.call(number.SYS_openat, AT_FDCWD, guest.string('/file'), O_RDONLY, 0);
  const splice = guest.call(number.SYS_splice, file, 0, writer, 0, 7, 0);
  expect(await isPending(machine, splice)).toBe(true);
  // Another process has the reading end, too, and makes room.
  const description = guest.process.descriptors.get(reader);
  const other = machine.spawn({ descriptors: new Map([[0, description]]) });
  const read = async (from: TestGuest): Promise<string> => {
    const into = from.room(16384);
    let all = '';
    for (let left = 65536; left > 0; left -= 16384) {
      const count = await from.call(number.SYS_read, 0, into, 16384);
      all = text(from.memory.slice(into, into + count));
    }
    return all;
  };
  await read(other);
  await source.wanted;
  return { guest, other, splice };
}

it('waits for them, and goes on', async () => {
  const [machine, source] = [new TestMachine(), new Source()];
  const { other, splice } = await waiting(machine, source);
  expect(await isPending(machine, splice)).toBe(true);
  source.answer();
  expect(await splice).toBe(7);
  const into = other.room(16);
  expect(await other.call(number.SYS_read, 0, into, 16)).toBe(7);
  expect(text(other.memory.slice(into, into + 7))).toBe('content');
  expect(machine.crashes).toEqual([]);
});

it('fails where they are not to be had', async () => {
  const [machine, source] = [new TestMachine(), new Source()];
  const { splice } = await waiting(machine, source);
  source.fail();
  expect(await splice).toBe(-EIO);
  expect(machine.crashes).toEqual([]);
});

it('is forgotten with its process', async () => {
  const [machine, source] = [new TestMachine(), new Source()];
  const { guest } = await waiting(machine, source);
  machine.kernel.processes.end(guest.process, 9);
  source.answer();
  const next = machine.spawn();
  expect(await next.call(number.SYS_getpid)).toBe(next.process.pid);
  expect(machine.crashes).toEqual([]);
});
