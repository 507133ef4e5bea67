/**
 * What a page has sent and the guest has not taken: frames, masked and ready, in chunks that go as credits allow. It grows as long
 * as the page sends more than the guest reads, as `bufferedAmount` tells.
 */
import { MAX_CHUNK, WINDOW_CHUNKS } from '../../../protocol/bridge.js';
import { frameHead, mask, OPCODE } from './frames.js';

interface Chunk {
  readonly bytes: Uint8Array<ArrayBuffer>;
  used: number;
  /** Bytes of messages in it, as `bufferedAmount` counts. */
  counted: number;
}

type Payload = Uint8Array<ArrayBuffer> | Blob;

/** Frames that wait for credit share chunks: a guest that reads slowly is not sent a message for each of them. */
const SHARED_CHUNK = 64 * 1024;

export class Outbox {
  readonly #post: (chunk: ArrayBuffer) => void;
  readonly #failed: (reason: unknown) => void;
  #credits = WINDOW_CHUNKS;
  /** Without credit. */
  #chunks: Chunk[] = [];
  /** `counted` of each chunk that the guest has not taken. */
  readonly #posted: number[] = [];
  /** Behind a blob that is being read, or are read themselves. */
  readonly #queue: { readonly opcode: number; readonly payload: Payload }[] = [];
  #readingBlob = false;
  #roomWanted: (() => void) | undefined;
  /** The answer to the last ping, until there is credit (RFC 6455 section 5.5.3: to the last alone will do). */
  #pong: Uint8Array<ArrayBuffer> | undefined;
  #bufferedAmount = 0;
  #closed = false;

  /** @param failed a Blob could not be read: what is sent stops in the middle of a frame. */
  constructor(post: (chunk: ArrayBuffer) => void, failed: (reason: unknown) => void) {
    this.#post = post;
    this.#failed = failed;
  }

  /** Bytes of messages that were sent and not taken by the guest, or never will be. */
  get bufferedAmount(): number {
    return this.#bufferedAmount;
  }

  /** Counts a message that is not sent, as the socket is closing. */
  drop(size: number): void {
    this.#bufferedAmount += size;
  }

  /** Bytes are copied before this returns; what is sent stays in order, blobs included. */
  send(opcode: number, payload: Payload): void {
    if (opcode < OPCODE.close) this.#bufferedAmount += isBlob(payload) ? payload.size : payload.length;
    if (this.#readingBlob) {
      this.#queue.push({ opcode, payload: isBlob(payload) ? payload : payload.slice() });
    } else if (isBlob(payload)) void this.#sendBlobs(opcode, payload);
    else this.#write(opcode, payload);
  }

  pong(payload: Uint8Array<ArrayBuffer>): void {
    this.#pong = payload;
    this.#flush();
  }

  /** The guest has taken `count` chunks. */
  credit(count: number): void {
    for (const counted of this.#posted.splice(0, count)) {
      this.#bufferedAmount -= counted;
      this.#credits++;
    }
    this.#flush();
  }

  /** Nothing more is sent. */
  close(): void {
    this.#closed = true;
    this.#chunks = [];
    this.#queue.length = 0;
    this.#roomWanted?.();
  }

  #write(opcode: number, payload: Uint8Array<ArrayBuffer>): void {
    const key = newMaskKey();
    const head = frameHead(opcode, payload.length, key);
    this.#append(head, payload.length, 0);
    this.#append(payload, 0, opcode < OPCODE.close ? 1 : 0, key, 0);
    this.#flush();
  }

  /** A blob is one frame, read piece by piece as the guest takes it, so that it is never in memory as a whole. */
  async #sendBlobs(opcode: number, blob: Blob): Promise<void> {
    this.#readingBlob = true;
    try {
      await this.#sendBlob(opcode, blob);
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
        if (isBlob(next.payload)) await this.#sendBlob(next.opcode, next.payload);
        else this.#write(next.opcode, next.payload);
      }
    } catch (reason) {
      if (!this.#closed) this.#failed(reason);
    }
    this.#readingBlob = false;
    this.#flush();
  }

  async #sendBlob(opcode: number, blob: Blob): Promise<void> {
    const key = newMaskKey();
    this.#append(frameHead(opcode, blob.size, key), 0, 0);
    for (let at = 0; at < blob.size; at += MAX_CHUNK) {
      const part = new Uint8Array(await blob.slice(at, at + MAX_CHUNK).arrayBuffer());
      this.#append(part, 0, 1, key, at);
      this.#flush();
      await this.#room();
    }
    this.#flush();
  }

  /** Resolves when all chunks are on their way. */
  #room(): Promise<void> | undefined {
    if (this.#chunks.length === 0) return undefined;
    return new Promise((resolve) => {
      this.#roomWanted = resolve;
    });
  }

  /** @param following bytes that come right behind; `weight` 1: the bytes count for `bufferedAmount`. */
  #append(bytes: Uint8Array, following: number, weight: 0 | 1, key?: Uint8Array, offset = 0): void {
    if (this.#closed) return;
    for (let at = 0; at < bytes.length; ) {
      const chunk = this.#chunkFor(bytes.length - at + following);
      const piece = bytes.subarray(at, at + chunk.bytes.length - chunk.used);
      const into = chunk.bytes.subarray(chunk.used, chunk.used + piece.length);
      into.set(piece);
      if (key) mask(into, key, offset + at);
      chunk.used += piece.length;
      chunk.counted += weight * piece.length;
      at += piece.length;
    }
  }

  #chunkFor(length: number): Chunk {
    const last = this.#chunks.at(-1);
    if (last && last.used < last.bytes.length) return last;
    const size = Math.min(MAX_CHUNK, this.#credits > this.#chunks.length ? length : Math.max(length, SHARED_CHUNK));
    const chunk = { bytes: new Uint8Array(size), used: 0, counted: 0 };
    this.#chunks.push(chunk);
    return chunk;
  }

  #flush(): void {
    if (this.#closed) return;
    // Behind the frames that wait, and never inside the frame that a blob is.
    if (this.#pong && !this.#readingBlob && this.#chunks.length === 0 && this.#credits > 0) {
      const pong = this.#pong;
      this.#pong = undefined;
      this.#write(OPCODE.pong, pong);
      return;
    }
    let sent = 0;
    for (const { bytes, used, counted } of this.#chunks) {
      if (this.#credits === 0) break;
      this.#credits--;
      sent++;
      this.#posted.push(counted);
      this.#post(used === bytes.length ? bytes.buffer : bytes.buffer.slice(0, used));
    }
    if (sent > 0) this.#chunks.splice(0, sent);
    if (this.#chunks.length > 0) return;
    this.#roomWanted?.();
    this.#roomWanted = undefined;
    if (this.#pong && this.#credits > 0) this.#flush();
  }
}

/** Not by class: it may be of another realm. */
const isBlob = (payload: Payload): payload is Blob => 'size' in payload;

const newMaskKey = (): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(4));
