/**
 * A kernel worker with nothing in it: it speaks `protocol/machine.ts` to its page and `protocol/bridge.ts` to the service
 * worker, and answers at once from a table. For tests of the service worker by itself, and as the floor of the bench.
 */
import {
  BRIDGE_VERSION,
  type FromKernel,
  type HeaderList,
  INLINE_BODY,
  MAX_CHUNK,
  type ToKernel,
  WINDOW_CHUNKS,
} from '../../protocol/bridge.js';
import type { ToMachine } from '../../protocol/machine.js';
import { answerTo, gate, SINK, SLOW_SINK, type StubAnswer, type StubRequest, slowSink } from './stub-answers.js';

interface Upload {
  readonly chunks: ArrayBuffer[];
  readonly target: string;
  readonly done: (body: Uint8Array<ArrayBuffer>) => void;
}

class StubPort {
  readonly #port: MessagePort;
  readonly #uploads = new Map<number, Upload>();
  readonly #credits = new Map<number, { left: number; more: (() => void) | undefined }>();

  constructor(port: MessagePort) {
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<ToKernel>) => this.#receive(data);
  }

  #post(message: FromKernel, transfer: Transferable[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  #receive(message: ToKernel): void {
    switch (message.type) {
      case 'hello':
        this.#post({ type: version.refuses ? 'refused' : 'hello', version: version.spoken });
        break;
      case 'ping':
        this.#post({ type: 'pong' });
        break;
      case 'bye':
        this.#port.close();
        break;
      case 'request':
        void this.#serve(message);
        break;
      case 'body':
        void this.#take(message.id, message.chunk);
        break;
      case 'body-end': {
        const upload = this.#uploads.get(message.id);
        this.#uploads.delete(message.id);
        upload?.done(concatenate(upload.chunks));
        break;
      }
      case 'credit': {
        const credits = this.#credits.get(message.id);
        if (!credits) break;
        credits.left += message.chunks;
        credits.more?.();
        break;
      }
      case 'cancel':
      case 'body-error':
        cancelled.push(message.id);
        this.#uploads.delete(message.id);
        this.#credits.delete(message.id);
        break;
    }
  }

  async #serve(message: Extract<ToKernel, { type: 'request' }>): Promise<void> {
    const { id, port, method, target, headers } = message;
    const body = await this.#bodyOf(message);
    const request: StubRequest = { port, method, target, headers, body, declaredLength: message.bodyLength, cancelled };
    const answer = await answerTo(request);
    if (answer !== 'silence') await this.#answer(id, method, answer);
  }

  async #take(id: number, chunk: ArrayBuffer): Promise<void> {
    const upload = this.#uploads.get(id);
    if (upload?.target === SLOW_SINK) {
      slowSink.chunks++;
      await gate(SLOW_SINK).promise;
    } else if (upload?.target !== SINK) upload?.chunks.push(chunk);
    this.#post({ type: 'credit', id, chunks: 1 });
  }

  #bodyOf({ id, target, body }: Extract<ToKernel, { type: 'request' }>): Promise<Uint8Array<ArrayBuffer> | null> {
    if (body !== 'stream') return Promise.resolve(body && new Uint8Array(body));
    return new Promise((done) => this.#uploads.set(id, { chunks: [], target, done }));
  }

  async #answer(id: number, method: string, answer: StubAnswer): Promise<void> {
    const { status = 200, statusText = '', headers = [], body } = answer;
    const head = { type: 'response', id, status, statusText, headers: headers satisfies HeaderList } as const;
    if (body === undefined || method === 'HEAD') {
      this.#post({ ...head, body: null });
    } else if (body instanceof Uint8Array && body.byteLength <= INLINE_BODY) {
      const bytes = body.slice().buffer;
      this.#post({ ...head, body: bytes }, [bytes]);
    } else {
      this.#post({ ...head, body: 'stream' });
      await this.#stream(id, body instanceof Uint8Array ? slices(body) : body);
    }
  }

  async #stream(id: number, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const credits = { left: WINDOW_CHUNKS, more: undefined as (() => void) | undefined };
    this.#credits.set(id, credits);
    for await (const chunk of chunks) {
      while (credits.left === 0) await new Promise<void>((more) => (credits.more = more));
      if (!this.#credits.has(id)) return;
      credits.left--;
      const bytes = new Uint8Array(chunk).buffer;
      this.#post({ type: 'chunk', id, chunk: bytes }, [bytes]);
    }
    this.#credits.delete(id);
    this.#post({ type: 'end', id });
  }
}

/** What the kernel says to a hello; another version than the service worker's is for the tests of that. */
let version = { spoken: BRIDGE_VERSION, refuses: false };

/** Ids of exchanges that the service worker gave up. */
const cancelled: number[] = [];

async function* slices(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < bytes.byteLength; offset += MAX_CHUNK) yield bytes.subarray(offset, offset + MAX_CHUNK);
}

function concatenate(chunks: readonly ArrayBuffer[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.byteLength, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(new Uint8Array(chunk), offset);
    offset += chunk.byteLength;
  }
  return whole;
}

export interface SpokenVersion {
  readonly type: 'version';
  readonly spoken: number;
  /** It says no to the worker's hello, instead of its own hello. */
  readonly refuses: boolean;
}

addEventListener('message', ({ data }: MessageEvent<ToMachine | SpokenVersion>) => {
  if (data.type === 'version') version = data;
  if (data.type === 'connect') new StubPort(data.port);
});
