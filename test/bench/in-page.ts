/** What runs in the measured pages: it fetches, takes the time, and keeps a hand on the machine that the page starts. */
import type { FromMachine, MachineStats, ToMachine } from '../../protocol/machine.js';

export interface FetchPlan {
  readonly path: string;
  readonly count: number;
  /** Requests under way at a time. */
  readonly lanes: number;
  readonly method?: 'GET' | 'POST';
  /** Size of the request's body. */
  readonly upload?: number;
  /** Bytes that each answer must have, so that an error page does not count as a fast one. */
  readonly expect?: number;
  /** Statuses that are right besides 200: what a redirect that is not followed shows is 0. */
  readonly redirect?: boolean;
  /** A form's body. */
  readonly form?: string;
}

export interface FetchTimes {
  /** Of each request, until its last byte, in milliseconds. */
  readonly times: number[];
  /** Of all. */
  readonly total: number;
}

/** Fetches the same path again and again. @throws Error at an answer that is not as planned */
export async function fetchMany(plan: FetchPlan): Promise<FetchTimes> {
  const { path, count, lanes, method = 'GET', upload, expect, redirect, form } = plan;
  const body = form ?? (upload === undefined ? undefined : new Uint8Array(upload).fill(0x62));
  const init: RequestInit = {
    method,
    cache: 'no-store',
    redirect: redirect ? 'manual' : 'follow',
    ...(body !== undefined && { body }),
    ...(form !== undefined && { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }),
  };
  const times: number[] = [];
  let left = count;
  const lane = async (): Promise<void> => {
    while (left-- > 0) {
      const begun = performance.now();
      const response = await fetch(path, init);
      const { byteLength } = await response.arrayBuffer();
      times.push(performance.now() - begun);
      if (redirect ? response.type !== 'opaqueredirect' : response.status !== 200)
        throw new Error(`${method} ${path} was answered with status ${response.status}.`);
      if (expect !== undefined && byteLength !== expect)
        throw new Error(`${method} ${path} gave ${byteLength} bytes, not ${expect}.`);
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: lanes }, lane));
  return { times, total: performance.now() - begun };
}

/** Reads a response and keeps nothing of it. @returns its length in bytes */
export async function takeAll(path: string): Promise<number> {
  const { body } = await fetch(path, { cache: 'no-store' });
  const reader = body?.getReader();
  for (let length = 0; ; ) {
    const piece = await reader?.read();
    if (!piece || piece.done) return length;
    length += piece.value.byteLength;
  }
}

/** Sends so many bytes, which no page holds at once. @returns what the server says that it has read */
export async function sendAll(path: string, size: number): Promise<number> {
  const mebibyte = new Blob([new Uint8Array(1024 ** 2).fill(0x62)]);
  const body = new Blob(Array.from({ length: size / mebibyte.size }, () => mebibyte));
  return Number(await (await fetch(path, { method: 'POST', body })).text());
}

export interface PlainResponse {
  readonly status: number;
  readonly headers: [string, string][];
  /** Base64 */
  readonly body: string;
}

/** One request as a visitor's browser makes it: with its cookies, redirects followed. */
export async function fetchOnce(
  method: string,
  path: string,
  headers: readonly (readonly [string, string])[],
  body: string | null,
): Promise<PlainResponse> {
  const response = await fetch(path, {
    method,
    headers: headers.filter(([name]) => name.toLowerCase() !== 'cookie').map(([name, value]) => [name, value]),
    body: body === null ? null : Uint8Array.from(atob(body), (character) => character.charCodeAt(0)),
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return { status: response.status, headers: [...response.headers], body: btoa(text) };
}

/** Where the page's machine hears and speaks: the kernel's worker, or the port to it when a hidden frame has started it. */
let machine: Worker | MessagePort | undefined;
for (const { prototype } of [MessagePort, ...(typeof Worker === 'undefined' ? [] : [Worker])]) {
  const post: (message: unknown, transfer: Transferable[]) => void = prototype.postMessage;
  prototype.postMessage = function (this: Worker | MessagePort, message: unknown, transfer = []) {
    if (isBoot(message)) machine = this;
    post.call(this, message, Array.isArray(transfer) ? transfer : (transfer.transfer ?? []));
  };
}

function isBoot(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'boot';
}

/** What the page's machine has counted until now. */
export function machineStats(): Promise<MachineStats> {
  const kernel = machine;
  if (!kernel) throw new Error('This page has started no machine.');
  return new Promise((resolve) => {
    const listener = (event: Event) => {
      const { data } = event as MessageEvent<FromMachine>;
      if (data.type !== 'stats') return;
      kernel.removeEventListener('message', listener);
      resolve(data);
    };
    kernel.addEventListener('message', listener);
    kernel.postMessage({ type: 'stats' } satisfies ToMachine);
  });
}

/** The page's text: what a page that measures itself found out. */
export async function fetchText(path: string): Promise<string> {
  return (await fetch(path, { cache: 'no-store' })).text();
}

/** Resolves when a cache of that name has an entry: a boot after that finds what the one before has stored. */
export async function cacheIsFilled(name: string): Promise<void> {
  while ((await (await caches.open(name)).keys()).length === 0) {
    // Cache Storage tells nobody of its changes.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A thread that answers as the kernel does: asleep in `waitAsync`, woken by a word. */
const ANSWERING_THREAD = `
onmessage = async ({ data: words }) => {
  postMessage(null);
  for (let seen = 0; ; ) {
    const wait = Atomics.waitAsync(words, 0, seen);
    if (wait.async) await wait.value;
    seen = Atomics.load(words, 0);
    Atomics.store(words, 1, seen);
    Atomics.notify(words, 1);
  }
};`;

const ASKING_THREAD = `
onmessage = ({ data: { words, count } }) => {
  const begun = performance.now();
  for (let call = 1; call <= count; call++) {
    Atomics.store(words, 0, call);
    Atomics.notify(words, 0);
    while (Atomics.load(words, 1) !== call) Atomics.wait(words, 1, call - 1);
  }
  postMessage((performance.now() - begun) * 1000 / count);
};`;

/** Microseconds that a word takes from one thread to another and back: what is least of a call that crosses. */
export async function atomicsRoundTrip(count: number): Promise<number> {
  const words = new Int32Array(new SharedArrayBuffer(8));
  const start = (source: string): Worker => new Worker(URL.createObjectURL(new Blob([source])));
  const [answering, asking] = [start(ANSWERING_THREAD), start(ASKING_THREAD)];
  const said = (worker: Worker) => new Promise<unknown>((resolve) => (worker.onmessage = ({ data }) => resolve(data)));
  const ready = said(answering);
  answering.postMessage(words);
  await ready;
  const done = said(asking);
  asking.postMessage({ words, count });
  const microseconds = Number(await done);
  answering.terminate();
  asking.terminate();
  return microseconds;
}

export const origin = (): string => location.origin;

const COMPUTING_THREAD = `
onmessage = ({ data: rounds }) => {
  let sum = 0;
  for (let i = 0; i < rounds; i++) sum = (sum * 31 + i) % 65521;
  postMessage(sum);
};`;

/** Milliseconds that so many threads take, each for the same work, all at once. */
export async function computeAtOnce(threads: number, rounds: number): Promise<number> {
  const url = URL.createObjectURL(new Blob([COMPUTING_THREAD]));
  const workers = Array.from({ length: threads }, () => new Worker(url));
  const run = (worker: Worker, amount: number) =>
    new Promise<void>((resolve) => {
      worker.onmessage = () => resolve();
      worker.postMessage(amount);
    });
  // Once for a start: a thread begins late, and compiles.
  await Promise.all(workers.map((worker) => run(worker, rounds / 10)));
  const begun = performance.now();
  await Promise.all(workers.map((worker) => run(worker, rounds)));
  const taken = performance.now() - begun;
  for (const worker of workers) worker.terminate();
  return taken;
}
