// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { startMachine } from '../../../client/machine.js';
import { type FromMachine, MACHINE_VERSION, type ToMachine } from '../../../protocol/machine.js';
import { exampleSite } from '../../support/example-site.js';

class FakeWorker extends EventTarget {
  static last: FakeWorker | undefined;
  readonly url: string;
  readonly sent: ToMachine[] = [];
  readonly terminate = vi.fn();

  constructor(url: URL) {
    super();
    this.url = url.href;
    FakeWorker.last = this;
  }

  postMessage(message: ToMachine): void {
    this.sent.push(message);
  }

  say(data: FromMachine): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }
}

const site = exampleSite({ base: '/shop/' });

function start() {
  const machine = startMachine({ site, origin: 'https://host' });
  const worker = FakeWorker.last;
  if (!worker) throw new Error('no worker was started');
  return { machine, worker };
}

beforeEach(() => {
  vi.stubGlobal('Worker', FakeWorker);
  vi.stubGlobal('crossOriginIsolated', true);
});

describe('startMachine', () => {
  it('boots the kernel worker of the site', async () => {
    const { machine, worker } = start();
    expect(worker.url).toBe('https://host/shop/.portside/kernel-worker.js');
    expect(worker.sent).toEqual([
      {
        type: 'boot',
        version: MACHINE_VERSION,
        site,
        origin: 'https://host',
        stored: false,
        processWorkers: 'kernel',
      },
    ]);
    worker.say({ type: 'ready' });
    await machine.ready;
  });

  it('passes on what the machine reports', () => {
    const { machine, worker } = start();
    const heard: FromMachine[] = [];
    const stop = machine.events.on('progress', (event) => heard.push(event));
    machine.events.on('output', (event) => heard.push(event));
    machine.events.on('exit', (event) => heard.push(event));
    const reports: FromMachine[] = [
      { type: 'progress', step: 'download', loaded: 1, total: 2 },
      { type: 'output', pid: 2, fd: 1, text: 'x' },
      { type: 'exit', pid: 2, status: 1, restarted: true },
    ];
    for (const report of reports) worker.say(report);
    expect(heard).toEqual(reports);
    stop();
    worker.say({ type: 'progress', step: 'start', loaded: 0, total: 0 });
    expect(heard).toHaveLength(3);
  });

  it('fails with the code that the machine gives', async () => {
    const { machine, worker } = start();
    worker.say({ type: 'failed', code: 'asset-damaged', detail: 'guest' });
    await expect(machine.ready).rejects.toMatchObject({ code: 'asset-damaged', detail: 'guest' });
  });

  it('fails when the script throws, before and after it was ready', async () => {
    const { machine, worker } = start();
    const failed = vi.fn();
    machine.events.on('failed', failed);
    worker.say({ type: 'ready' });
    worker.dispatchEvent(new ErrorEvent('error', { message: 'out of memory' }));
    await machine.ready;
    expect(failed).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'kernel-crashed' }));
    const second = start();
    second.worker.dispatchEvent(new Event('error'));
    await expect(second.machine.ready).rejects.toMatchObject({ code: 'kernel-start-failed' });
  });
});
