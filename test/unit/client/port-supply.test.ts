// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Connection, supplyPorts, whileShown } from '../../../client/port-supply.js';
import { BRIDGE_VERSION } from '../../../protocol/bridge.js';
import type { PageToWorker, WorkerToPage } from '../../../protocol/page.js';

class FakeContainer extends EventTarget {
  readonly sent: PageToWorker[] = [];
  readonly startMessages = vi.fn();
  controller: { postMessage(message: PageToWorker): void } | null = {
    postMessage: (message) => this.sent.push(message),
  };

  say(data: WorkerToPage | { readonly type: string }): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }
}

const hello: PageToWorker = { portside: 'connect', version: BRIDGE_VERSION, base: '/shop/', isolated: true };
const leave: PageToWorker = { portside: 'disconnect', base: '/shop/' };
const ping: PageToWorker = { portside: 'keep-alive' };
let container: FakeContainer;
let ports: MessagePort[];
let connection: Connection;

beforeEach(() => {
  vi.useFakeTimers();
  container = new FakeContainer();
  Object.defineProperty(navigator, 'serviceWorker', { configurable: true, value: container });
  ports = [];
  connection = whileShown(
    supplyPorts({
      container: navigator.serviceWorker,
      base: '/shop/',
      isolated: true,
      connect: (port) => ports.push(port),
    }),
  );
});
afterEach(() => connection.close());

describe('supplyPorts', () => {
  it('gives one end of a channel to each side at once', () => {
    expect(container.sent).toEqual([hello]);
    expect(ports).toHaveLength(1);
    expect(container.startMessages).toHaveBeenCalled();
  });

  it('answers a worker that lost its port, of this base only', () => {
    container.say({ portside: 'port-wanted', base: '/other/' });
    container.say({ type: 'port-wanted' });
    expect(container.sent).toEqual([hello]);
    container.say({ portside: 'port-wanted', base: '/shop/' });
    expect(container.sent).toEqual([hello, hello]);
    expect(ports).toHaveLength(2);
  });

  it('introduces itself to a worker that takes control later', () => {
    const { controller } = container;
    container.controller = null;
    container.say({ portside: 'port-wanted', base: '/shop/' });
    expect(ports).toHaveLength(1);
    container.controller = controller;
    container.dispatchEvent(new Event('controllerchange'));
    expect(container.sent).toEqual([hello, hello]);
  });

  it('keeps the worker alive while it is busy, and no longer', () => {
    container.say({ portside: 'busy', busy: true });
    container.say({ portside: 'busy', busy: true });
    vi.advanceTimersByTime(30_000);
    expect(container.sent).toEqual([hello, ping, ping, ping]);
    container.say({ portside: 'busy', busy: false });
    vi.advanceTimersByTime(60_000);
    expect(container.sent).toHaveLength(4);
  });

  it('leaves with the page and comes back with it', () => {
    dispatchEvent(new Event('pagehide'));
    expect(container.sent).toEqual([hello, leave]);
    dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
    expect(container.sent).toEqual([hello, leave, hello]);
  });

  it('is over when it is closed', () => {
    connection.close();
    container.say({ portside: 'port-wanted', base: '/shop/' });
    expect(container.sent).toEqual([hello, leave]);
  });
});
