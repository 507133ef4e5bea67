/** A process ends while its worker is still running: what was the process's is given to nobody before that has left it. */
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { PROCESS } from '../../../kernel-host/memory/layout.js';
import { workerScript } from '../../support/worker-script.js';
import { TestMachine } from './guest.js';

const HEAD = `
  import { parentPort, workerData } from 'node:worker_threads';
  import { GuestChannel } from '../../../kernel-host/channel/guest-channel.js';
  import { KernelMemory } from '../../../kernel-host/memory/kernel-memory.js';
  import { ProcessView } from '../../../kernel-host/vdso/process-view.js';
  import { SystemCalls } from '../../../kernel-host/vdso/system-calls.js';
  const { start, go } = workerData;
  const memory = new KernelMemory(start.memory);
  const channel = new GuestChannel(memory, start.channel, 0, start.channelDataSize, start.source);
  const process = new ProcessView(memory, start.process);
`;

/** Is at its records until `go` says that it may leave them. */
const INSIDE = `${HEAD}
  channel.enter();
  parentPort.postMessage('inside');
  Atomics.wait(go, 0, 0);
  process.countCall();
  channel.leave();
  parentPort.postMessage('went on');
`;

/** Makes calls that need no kernel, and does not stop. */
const RUNNING = `${HEAD}
  const calls = new SystemCalls(channel, process);
  const path = new TextEncoder().encode('/etc/passwd');
  for (let round = 0; ; round++) {
    calls.close(calls.openat(-100, path, path.length, 0, 0));
    if (round === 1000) parentPort.postMessage('runs');
  }
`;

const message = (worker: Worker): Promise<unknown> => new Promise((resolve) => worker.once('message', resolve));

describe('a process that is killed', () => {
  it('keeps its records until its worker has left them', async () => {
    const machine = new TestMachine();
    const guest = machine.spawn();
    const go = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(await workerScript(INSIDE, import.meta.dirname), {
      eval: true,
      workerData: { start: guest.start, go },
    });
    expect(await message(worker)).toBe('inside');
    machine.kernel.processes.end(guest.process, 9);
    expect(guest.process.status).toBeNull();
    const other = machine.spawn();
    expect(other.process.record).not.toBe(guest.process.record);
    const ended = machine.nextExit();
    const wentOn = message(worker);
    Atomics.store(go, 0, 1);
    Atomics.notify(go, 0);
    expect(await ended).toEqual({ pid: guest.process.pid, status: 9 });
    expect(other.process.calls).toBe(0);
    // It sleeps until it is terminated.
    expect(await Promise.race([wentOn, other.call(172)])).toBe(other.process.pid);
    await worker.terminate();
  });

  it('leaves the process that gets its records alone, however late its worker stops', async () => {
    const machine = new TestMachine();
    const script = await workerScript(RUNNING, import.meta.dirname);
    const go = new Int32Array(new SharedArrayBuffer(4));
    for (let round = 0; round < 5; round++) {
      const guest = machine.spawn();
      const worker = new Worker(script, { eval: true, workerData: { start: guest.start, go } });
      expect(await message(worker)).toBe('runs');
      const ended = machine.nextExit();
      machine.kernel.processes.end(guest.process, 9);
      await ended;
      const heir = machine.spawn();
      expect(heir.process.record).toBe(guest.process.record);
      for (let i = 0; i < 20; i++) await heir.call(172);
      const word = heir.process.record >>> 2;
      expect(heir.process.calls).toBe(0);
      expect(machine.kernel.memory.u32[word + PROCESS.SPARE_COUNT_W]).toBe(32);
      expect(machine.crashes).toEqual([]);
      machine.kernel.processes.end(heir.process, 9);
      await worker.terminate();
    }
  });

  it('is over at once when its worker has failed, whatever that was at', async () => {
    const machine = new TestMachine();
    const guest = machine.spawn();
    const go = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(await workerScript(INSIDE, import.meta.dirname), {
      eval: true,
      workerData: { start: guest.start, go },
    });
    await message(worker);
    await worker.terminate();
    machine.kernel.crashed(guest.process, 'its worker ended');
    expect(machine.exits).toHaveLength(1);
  });
});
