// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WorkerInFrame } from '../../../client/kernel-worker/in-frame.js';
import type { PortsideError } from '../../../protocol/errors.js';
import type { FromKernelFrame, ToKernelFrame } from '../../../protocol/kernel-frame.js';
import type { FromMachine, ToMachine } from '../../../protocol/machine.js';

const script = { url: new URL('https://host/.portside/kernel-worker.js'), name: 'portside /' };

let frame: HTMLIFrameElement;
let told: { message: ToKernelFrame; ports: MessagePort[] }[];
let heard: FromMachine[];
let errors: string[];
let refusals: PortsideError[];
let worker: WorkerInFrame;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  [told, heard, errors, refusals] = [[], [], [], []];
  vi.spyOn(document.documentElement, 'append').mockImplementation((node) => {
    // Connected, it would be loaded; what is there to load is another process's, as for a real page.
    if (!(node instanceof HTMLIFrameElement)) throw new Error('no frame');
    frame = node;
    const post = (message: ToKernelFrame, _origin: string, ports: MessagePort[]) => told.push({ message, ports });
    Object.defineProperty(frame, 'contentWindow', { value: { postMessage: post } });
  });
  worker = new WorkerInFrame('/shop/', script, {
    message: (message) => heard.push(message),
    error: (message) => errors.push(message),
    refused: (error) => refusals.push(error),
  });
});
afterEach(() => {
  worker.terminate();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** What the document of the frame says to its page. */
const say = (data: FromKernelFrame, origin = location.origin, source: unknown = frame.contentWindow): void => {
  const event = new MessageEvent('message', { data, origin });
  Object.defineProperty(event, 'source', { value: source });
  window.dispatchEvent(event);
};
const loaded = (): boolean => frame.dispatchEvent(new Event('load'));

it('starts the worker once the frame is isolated, and passes on what either says', async () => {
  expect(frame.src).toContain('/shop/.portside/kernel');
  worker.post({ type: 'stats' });
  say({ portside: 'kernel-frame', isolated: true });
  expect(told.map(({ message }) => message)).toEqual([
    { portside: 'kernel-start', script: script.url.href, name: script.name },
  ]);
  const port = told[0]?.ports[0];
  if (!port) throw new Error('no port');
  const received = new Promise<ToMachine>((resolve) => {
    port.onmessage = ({ data }) => resolve(data);
  });
  // Posted before there was a worker.
  expect(await received).toEqual({ type: 'stats' });
  port.postMessage({ type: 'ready' });
  await vi.waitUntil(() => heard.length > 0);
  expect(heard).toEqual([{ type: 'ready' }]);
  port.close();
  await vi.waitUntil(() => errors.length > 0);
  expect(errors).toEqual(['The frame that it ran in has gone.']);
});

it('is refused where the browser does not isolate the frame', () => {
  say({ portside: 'kernel-frame', isolated: false });
  expect(refusals.map(({ code }) => code)).toEqual(['isolation-refused']);
});

it('is refused when another document has come in the frame’s place, which says nothing', () => {
  loaded();
  vi.advanceTimersByTime(4_999);
  expect(refusals).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(refusals.map(({ code }) => code)).toEqual(['service-worker-bypassed']);
  // Late: nobody starts a kernel that was given up.
  say({ portside: 'kernel-frame', isolated: true });
  expect(told).toEqual([]);
});

it('waits for no more once the frame has spoken', () => {
  say({ portside: 'kernel-frame', isolated: true });
  loaded();
  vi.advanceTimersByTime(60_000);
  expect(refusals).toEqual([]);
});

it('believes neither another window nor another origin', () => {
  say({ portside: 'kernel-frame', isolated: true }, 'https://elsewhere');
  say({ portside: 'kernel-frame', isolated: true }, location.origin, window);
  expect([told, refusals]).toEqual([[], []]);
});

it('tells of an exception in the running kernel', () => {
  say({ portside: 'kernel-frame', isolated: true });
  say({ portside: 'kernel-error', message: 'RangeError: no memory' });
  expect(errors).toEqual(['RangeError: no memory']);
});
