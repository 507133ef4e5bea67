/** A process's worker reads the file system for itself, on another thread, while the kernel changes it. */
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { makeDirectory, writeFile } from '../../../kernel-host/boot/root-tree.js';
import { workerScript } from '../../support/worker-script.js';
import { bytes, TestMachine } from './guest.js';

const SIZE = 9000;
const ROUNDS = 3000;

/**
 * Reads until it is told to stop; says how often, how much of that crossed to the kernel, and what it saw that never was.
 * A file's bytes are all the same; `name` is there at all times.
 */
const READER = `
  import { parentPort, workerData } from 'node:worker_threads';
  import { emptyAttributes } from '../../../kernel-host/abi/stat.js';
  import { GuestChannel } from '../../../kernel-host/channel/guest-channel.js';
  import { KernelMemory } from '../../../kernel-host/memory/kernel-memory.js';
  import { ProcessView } from '../../../kernel-host/vdso/process-view.js';
  import { SystemCalls } from '../../../kernel-host/vdso/system-calls.js';
  const { start, stop } = workerData;
  const memory = new KernelMemory(start.memory);
  const channel = new GuestChannel(memory, start.channel, 0, start.channelDataSize, start.source);
  const calls = new SystemCalls(channel, new ProcessView(memory, start.process));
  const encoder = new TextEncoder();
  const [file, name, directory] = ['/race/file', '/race/name', '/race'].map((path) => encoder.encode(path));
  const into = new Uint8Array(20000);
  const attributes = emptyAttributes();
  const wrong = [];
  const fd = calls.openat(-100, file, file.length, 0, 0);
  let rounds = 0;
  while (Atomics.load(stop, 0) === 0 && wrong.length < 5) {
    rounds++;
    const count = calls.pread(fd, into, 0, into.length, 0);
    if (count !== ${SIZE} && count !== 0) wrong.push('count ' + count);
    for (let i = 1; i < count; i++) if (into[i] !== into[0]) { wrong.push('torn at ' + i); break; }
    const found = calls.stat(-100, name, name.length, true, attributes);
    if (found !== 0) wrong.push('stat ' + found);
    else if (attributes.size !== 4 || attributes.nlink > 1) wrong.push('size ' + attributes.size + ' links ' + attributes.nlink);
    const other = calls.openat(-100, name, name.length, 0, 0);
    const read = calls.read(other, into, 0, 10);
    if (read !== 4 || into[0] !== 110) wrong.push('open ' + other + ' read ' + read);
    if (calls.close(other) !== 0) wrong.push('close');
    const listing = calls.openat(-100, directory, directory.length, 0o200000, 0);
    let names = [];
    calls.entries(listing, (entry) => names.push(String.fromCharCode(...entry)) > 0, () => { names = []; });
    if (!names.includes('file') || !names.includes('name')) wrong.push('entries ' + names);
    calls.close(listing);
  }
  parentPort.postMessage({ rounds, wrong });
`;

it('sees every change whole, in memory that grows meanwhile', async () => {
  const machine = new TestMachine();
  const { root } = machine.kernel.vfs;
  const race = makeDirectory(machine.kernel, '/race', 0o755);
  writeFile(machine.kernel, '/race/file', new Uint8Array(SIZE).fill(1), 0o644);
  writeFile(machine.kernel, '/race/name', bytes('name'), 0o644);
  const file = root.lookup(race, bytes('file'));
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const guest = machine.spawn();
  const worker = new Worker(await workerScript(READER, import.meta.dirname), {
    eval: true,
    workerData: { start: guest.start, stop },
  });
  const report = new Promise<{ rounds: number; wrong: string[] }>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  const before = machine.kernel.memory.u8.length;
  const ballast = root.create(race, bytes('ballast'), 0o100644, 0);
  for (let round = 0; round < ROUNDS; round++) {
    if (round % 5 === 0) root.truncate(file, 0);
    root.write(file, 0, new Uint8Array(SIZE).fill(round));
    // A file that is renamed over another: the name is never missing.
    const fresh = root.create(race, bytes('fresh'), 0o100644, 0);
    root.write(fresh, 0, bytes('name'));
    expect(root.rename(race, bytes('fresh'), race, bytes('name'), 0)).toBe(0);
    if (round % 10 === 0) root.write(ballast, round * 10_000, new Uint8Array(100_000));
    // Calls of the worker that crossed are answered here.
    if (round % 8 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  Atomics.store(stop, 0, 1);
  const { rounds, wrong } = await report;
  expect(wrong).toEqual([]);
  expect(rounds).toBeGreaterThan(10);
  expect(machine.kernel.memory.u8.length).toBeGreaterThan(before);
  // Eight calls a round, most of them answered without the kernel. Those cross that meet a change which a busy machine interrupts; a worker
  // whose views lag behind asks every time.
  expect(guest.process.task?.calls).toBeLessThan(rounds);
  await worker.terminate();
}, 30_000);
