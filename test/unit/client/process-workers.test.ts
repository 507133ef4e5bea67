// @vitest-environment happy-dom
import { beforeEach, expect, it, vi } from 'vitest';
import { nestedWorkersHang, ProcessWorkers } from '../../../client/kernel-worker/process-workers.js';
import type { ProcessWorkerFailure } from '../../../protocol/machine.js';

const url = 'https://host/process-worker.js';

class FakeWorker extends EventTarget {
  static all: FakeWorker[] = [];
  readonly sent: unknown[] = [];
  ended = false;

  constructor() {
    super();
    FakeWorker.all.push(this);
  }

  postMessage(message: unknown): void {
    this.sent.push(message);
  }

  terminate(): void {
    this.ended = true;
  }
}

let failures: ProcessWorkerFailure[];
let workers: ProcessWorkers;

beforeEach(() => {
  vi.stubGlobal('Worker', FakeWorker);
  FakeWorker.all = [];
  failures = [];
  workers = new ProcessWorkers((failure) => failures.push(failure));
});

const worker = (index: number): FakeWorker => {
  const found = FakeWorker.all[index];
  if (!found) throw new Error(`no worker ${index} was started`);
  return found;
};

it('runs processes in workers that stand by, then in new ones', () => {
  workers.handle({ type: 'prepare-workers', url, count: 1 });
  expect(worker(0).sent).toEqual([]);
  workers.handle({ type: 'start-worker', url, id: 1, start: 'first' });
  workers.handle({ type: 'start-worker', url, id: 2, start: 'second' });
  expect(FakeWorker.all.map(({ sent }) => sent)).toEqual([['first'], ['second']]);
});

it('tells of a failure once, whether the guest or the worker met it', () => {
  workers.handle({ type: 'start-worker', url, id: 1, start: null });
  workers.handle({ type: 'start-worker', url, id: 2, start: null });
  worker(0).dispatchEvent(new MessageEvent('message', { data: { type: 'failed', message: 'unreachable' } }));
  worker(0).dispatchEvent(new MessageEvent('message', { data: { type: 'failed', message: 'again' } }));
  worker(1).dispatchEvent(new ErrorEvent('error'));
  expect(failures).toEqual([
    { type: 'worker-failed', id: 1, message: 'unreachable' },
    { type: 'worker-failed', id: 2, message: 'its worker could not be started' },
  ]);
});

it('has nothing to say of a worker that was ended', () => {
  workers.handle({ type: 'start-worker', url, id: 1, start: null });
  workers.handle({ type: 'end-worker', id: 1 });
  expect(worker(0).ended).toBe(true);
  worker(0).dispatchEvent(new MessageEvent('message', { data: { type: 'failed', message: 'late' } }));
  expect(failures).toEqual([]);
});

it('leaves none behind', () => {
  workers.handle({ type: 'prepare-workers', url, count: 2 });
  workers.handle({ type: 'start-worker', url, id: 1, start: null });
  workers.terminate();
  expect(FakeWorker.all.map(({ ended }) => ended)).toEqual([true, true]);
});

it.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0', true],
  ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36', false],
  // Firefox of iOS is WebKit.
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 FxiOS/153.0 Mobile/15E148', false],
])('knows the engine whose kernel must not start workers: %s', (userAgent, hang) => {
  expect(nestedWorkersHang(userAgent)).toBe(hang);
});
