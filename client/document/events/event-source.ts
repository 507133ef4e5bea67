/**
 * `EventSource` for streams that come from a service worker. The browser's own loses its place there: the worker is never shown the
 * `Last-Event-ID` of a new attempt, and a stream whose worker was stopped is closed for good (both seen in Chromium 156). This one
 * is HTML section 9.2 by means of `fetch`. Small, because each document of the guest's holds it.
 */
import { EventStream } from './event-stream.js';

/** What Chromium waits where the server says nothing. */
const RETRY = 3_000;

type Handler = ((event: Event) => void) | null;

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 2;

class ServedEventSource extends EventTarget {
  readonly url: string;
  readonly withCredentials: boolean;
  #readyState = CONNECTING;
  #place = { lastEventId: '', retry: RETRY };
  readonly #abort = new AbortController();
  readonly #handlers = new Map<string, Handler>();

  constructor(url: URL, withCredentials: boolean) {
    super();
    this.url = url.href;
    this.withCredentials = withCredentials;
    void this.#connect();
  }

  get readyState(): number {
    return this.#readyState;
  }

  close(): void {
    this.#readyState = CLOSED;
    this.#abort.abort();
  }

  handler(type: string): Handler {
    return this.#handlers.get(type) ?? null;
  }

  setHandler(type: string, handler: unknown): void {
    // The place among the listeners is that of the first handler (HTML section 8.1.8.1).
    if (!this.#handlers.has(type)) this.addEventListener(type, (event) => this.#handlers.get(type)?.call(this, event));
    this.#handlers.set(type, isHandler(handler) ? handler : null);
  }

  async #connect(): Promise<void> {
    const { signal } = this.#abort;
    try {
      const response = await fetch(this.url, {
        cache: 'no-store',
        credentials: this.withCredentials ? 'include' : 'same-origin',
        headers: requestHeaders(this.#place.lastEventId),
        signal,
      });
      // A page of the bridge's own: the guest is not there just now.
      if (response.headers.has('X-Portside-Error')) throw new TypeError('The guest was not reached.');
      if (
        response.status !== 200 ||
        !/^text\/event-stream\s*(?:;|$)/i.test(response.headers.get('Content-Type') ?? '')
      ) {
        await response.body?.cancel();
        this.#readyState = CLOSED;
        this.dispatchEvent(new Event('error'));
        return;
      }
      this.#readyState = OPEN;
      this.dispatchEvent(new Event('open'));
      await this.#read(response);
    } catch {
      // Whatever broke, the next attempt goes on behind it.
    }
    if (signal.aborted) return;
    this.#readyState = CONNECTING;
    this.dispatchEvent(new Event('error'));
    // A listener may have closed it.
    if (!signal.aborted) setTimeout(() => signal.aborted || void this.#connect(), this.#place.retry);
  }

  async #read({ body, url }: Response): Promise<void> {
    const { origin } = new URL(url);
    const stream = new EventStream(this.#place, ({ type, data }) => {
      if (this.#readyState === CLOSED) return;
      this.dispatchEvent(new MessageEvent(type, { data, origin, lastEventId: stream.lastEventId }));
    });
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
    try {
      for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) stream.push(read.value);
    } finally {
      this.#place = { lastEventId: stream.lastEventId, retry: stream.retry };
    }
  }
}

const isHandler = (value: unknown): value is (event: Event) => void => typeof value === 'function';

/** An id goes as UTF-8, whose bytes `Headers` takes as the characters of the same numbers. */
function requestHeaders(lastEventId: string): Record<string, string> {
  const accept = { Accept: 'text/event-stream' };
  if (lastEventId === '') return accept;
  return { ...accept, 'Last-Event-ID': String.fromCharCode(...new TextEncoder().encode(lastEventId)) };
}

/** Puts it in the place of the browser's own, which stays for other origins. */
export function serveEventSources(): void {
  const Native = globalThis.EventSource;
  function EventSource(url: string | URL, init?: EventSourceInit): unknown {
    if (!new.target) throw new TypeError('EventSource is a constructor.');
    const parsed = URL.parse(url, document.baseURI);
    // The browser's own says what is wrong with a URL.
    if (parsed?.origin !== location.origin) return new Native(url, init);
    return new ServedEventSource(parsed, init?.withCredentials ?? false);
  }
  const { prototype } = ServedEventSource;
  for (const [name, value] of Object.entries({ CONNECTING, OPEN, CLOSED })) {
    for (const holder of [EventSource, prototype]) Object.defineProperty(holder, name, { value, enumerable: true });
  }
  for (const type of ['open', 'message', 'error']) {
    Object.defineProperty(prototype, `on${type}`, {
      get(this: ServedEventSource) {
        return this.handler(type);
      },
      set(this: ServedEventSource, handler: unknown) {
        this.setHandler(type, handler);
      },
      configurable: true,
      enumerable: true,
    });
  }
  Object.defineProperty(EventSource, 'prototype', { value: prototype });
  Object.defineProperty(prototype, 'constructor', { value: EventSource, configurable: true, writable: true });
  Object.defineProperty(globalThis, 'EventSource', { value: EventSource, configurable: true, writable: true });
}
