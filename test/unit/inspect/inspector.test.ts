import { expect, test } from 'vitest';
import type { ObservedRequest } from '../../../kernel-host/inspect/changes.js';
import { Inspector, type InspectorPort } from '../../../kernel-host/inspect/inspector.js';
import type { FromInspected, OutputReport, RequestReport } from '../../../protocol/inspect.js';

class Port implements InspectorPort {
  readonly sent: FromInspected[] = [];
  closed = false;
  #listener: (event: { readonly data: unknown }) => void = () => {};

  postMessage(message: FromInspected): void {
    this.sent.push(structuredClone(message));
  }
  addEventListener(_type: 'message', listener: (event: { readonly data: unknown }) => void): void {
    this.#listener = listener;
  }
  start(): void {}
  close(): void {
    this.closed = true;
  }
  say(data: unknown): void {
    this.#listener({ data });
  }
}

const request = (id: number): ObservedRequest => ({ id, report: () => ({ id }) as RequestReport });
const line = (text: string): OutputReport => ({ pid: 2, name: 'php', fd: 2, at: 0, text });

function attach() {
  const port = new Port();
  const queue: (() => void)[] = [];
  const kept = { requests: [request(1)], output: [line('before')] };
  const inspector = new Inspector(port, {
    everything: () => kept,
    snapshot: () => ({ type: 'snapshot', memory: 1, processes: [], listeners: [], connections: [] }),
    enqueue: (callback) => queue.push(callback),
    closed: () => {},
  });
  const settle = () => {
    for (const callback of queue.splice(0)) callback();
  };
  const take = () => {
    settle();
    return port.sent.splice(0);
  };
  return { port, inspector, take, queue };
}

test('says nothing unasked, then all there is', () => {
  const { port, inspector, take } = attach();
  inspector.changed(request(1));
  expect(take()).toEqual([]);
  port.say({ type: 'more' });
  expect(take()).toMatchObject([{ type: 'changes', whole: true, requests: [{ id: 1 }], output: [{ text: 'before' }] }]);
});

test('sends what changed in one message for each time it is asked', () => {
  const { port, inspector, take, queue } = attach();
  port.say({ type: 'more' });
  take();
  port.say({ type: 'more' });
  expect(take()).toEqual([]);
  const twice = request(2);
  inspector.changed(twice);
  inspector.changed(twice);
  inspector.wrote(line('now'));
  expect(queue).toHaveLength(1);
  expect(take()).toMatchObject([{ whole: false, requests: [{ id: 2 }], output: [{ text: 'now' }] }]);
  inspector.changed(twice);
  expect(take()).toEqual([]);
  port.say({ type: 'more' });
  expect(take()).toMatchObject([{ requests: [{ id: 2 }], output: [] }]);
});

test('a page that does not ask for long gets all there is instead', () => {
  const { port, inspector, take } = attach();
  port.say({ type: 'more' });
  take();
  for (let id = 2; id < 5000; id++) inspector.changed(request(id));
  expect(take()).toEqual([]);
  port.say({ type: 'more' });
  expect(take()).toMatchObject([{ whole: true, requests: [{ id: 1 }] }]);
});

test('answers each wish for a snapshot, and is not disturbed by what is none of its messages', () => {
  const { port, take } = attach();
  for (const noise of [null, 1, 'more', {}, { type: 'other' }, { type: { toString: null } }, []]) port.say(noise);
  port.say({ type: 'snapshot' });
  expect(take()).toMatchObject([{ type: 'snapshot' }]);
});

test('a page that goes is sent nothing more', () => {
  const { port, inspector, take } = attach();
  port.say({ type: 'more' });
  port.say({ type: 'bye' });
  inspector.changed(request(1));
  expect(take()).toEqual([]);
  expect(port.closed).toBe(true);
});
