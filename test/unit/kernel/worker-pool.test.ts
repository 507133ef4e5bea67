import { expect, it, vi } from 'vitest';
import type { ProcessStart } from '../../../kernel-host/platform/guest-workers.js';
import { type PlatformWorker, type WorkerEvents, WorkerPool } from '../../../kernel-host/platform/worker-pool.js';

class FakeWorker implements PlatformWorker {
  readonly started: ProcessStart[] = [];
  terminated = false;
  readonly events: WorkerEvents;
  constructor(events: WorkerEvents) {
    this.events = events;
  }
  start(start: ProcessStart): void {
    if (this.terminated) throw new Error('started after its end');
    this.started.push(start);
  }
  terminate(): void {
    this.terminated = true;
  }
}

function createPool() {
  const workers: FakeWorker[] = [];
  const pool = new WorkerPool((events) => {
    const worker = new FakeWorker(events);
    workers.push(worker);
    return worker;
  });
  return { pool, workers };
}

const start = (pages = 1): ProcessStart => {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: 1024, shared: true });
  return {
    memory,
    process: 0,
    channel: new SharedArrayBuffer(0),
    channelDataSize: 0,
    source: 0,
    module: new WebAssembly.Module(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])),
    guestMemory: memory,
    abi: 'posix',
    entry: { kind: 'program' },
    tid: 1,
    clockOrigin: 0,
    arguments: [],
    environment: [],
  };
};

it('uses a worker again once it has left its program, and not before', () => {
  const { pool, workers } = createPool();
  const first = pool.start(start(), vi.fn());
  first.release();
  pool.start(start(), vi.fn());
  expect(workers).toHaveLength(2);
  workers[0]?.events.said({ type: 'left' });
  pool.start(start(), vi.fn());
  expect(workers).toHaveLength(2);
  expect(workers[0]?.started).toHaveLength(2);
});

it('tells of a failure once, to whom it is about', () => {
  const { pool, workers } = createPool();
  const [first, second] = [vi.fn(), vi.fn()];
  pool.start(start(), first).release();
  workers[0]?.events.said({ type: 'left' });
  pool.start(start(), second);
  workers[0]?.events.said({ type: 'failed', message: 'a trap', signal: 4 });
  workers[0]?.events.failed('its worker ended');
  expect(first).not.toHaveBeenCalled();
  expect(second.mock.calls).toEqual([['a trap', 4]]);
});

it('gives nobody a worker that ended while it waited', () => {
  const { pool, workers } = createPool();
  pool.prepare(1);
  workers[0]?.events.failed('its worker ended');
  pool.start(start(), vi.fn());
  expect(workers).toHaveLength(2);
  expect(workers[0]?.started).toHaveLength(0);
});

it('keeps none with a large memory, and not too many', () => {
  const { pool, workers } = createPool();
  pool.start(start(1000), vi.fn()).release();
  workers[0]?.events.said({ type: 'left' });
  expect(workers[0]?.terminated).toBe(true);
  for (let i = 0; i < 20; i++) pool.start(start(), vi.fn()).release();
  for (const worker of workers.slice(1)) worker.events.said({ type: 'left' });
  expect(workers.filter(({ terminated }) => !terminated)).toHaveLength(8);
});

it('ends a worker that has not left, whatever it does', () => {
  const { pool, workers } = createPool();
  pool.start(start(), vi.fn()).terminate();
  expect(workers[0]?.terminated).toBe(true);
  pool.start(start(), vi.fn());
  expect(workers).toHaveLength(2);
});
