/** A HostNetwork over arrays: the test plays the guest. Rings are small on purpose, and a read may be cut anywhere. */
import type { HostConnection, HostNetwork } from '../../../../kernel-host/http/connection.js';

/** Bytes in order, at most `capacity` of them. */
class ByteRing {
  readonly #bytes: Uint8Array;
  #head = 0;
  length = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  write(bytes: Uint8Array): number {
    const capacity = this.#bytes.length;
    const count = Math.min(bytes.length, capacity - this.length);
    const tail = (this.#head + this.length) % capacity;
    const first = Math.min(count, capacity - tail);
    this.#bytes.set(bytes.subarray(0, first), tail);
    this.#bytes.set(bytes.subarray(first, count), 0);
    this.length += count;
    return count;
  }

  read(into: Uint8Array): number {
    const capacity = this.#bytes.length;
    const count = Math.min(into.length, this.length);
    const first = Math.min(count, capacity - this.#head);
    into.set(this.#bytes.subarray(this.#head, this.#head + first), 0);
    into.set(this.#bytes.subarray(0, count - first), first);
    this.#head = (this.#head + count) % capacity;
    this.length -= count;
    return count;
  }
}

export interface FakeOptions {
  /** Bytes each way. */
  readonly capacity?: number;
  /** The most that one read gives, asked for each. */
  readonly readLimit?: () => number;
}

/** One connection; the methods named `guest…` are the guest's. */
export class FakeConnection implements HostConnection {
  onReadable: (() => void) | null = null;
  onWritable: (() => void) | null = null;
  onAccepted: (() => void) | null = null;
  closed = false;
  readonly #toHost: ByteRing;
  readonly #toGuest: ByteRing;
  readonly #readLimit: () => number;
  #readerWaits = false;
  #writerWaits = false;
  #guestReads = true;
  #end: 0 | -1 | -2 = 0;
  #wakeGuest: (() => void) | null = null;

  constructor({ capacity = 64 * 1024, readLimit = () => Number.POSITIVE_INFINITY }: FakeOptions = {}) {
    this.#toHost = new ByteRing(capacity);
    this.#toGuest = new ByteRing(capacity);
    this.#readLimit = readLimit;
  }

  get available(): number {
    return this.#toHost.length;
  }

  write(bytes: Uint8Array): number {
    if (!this.#guestReads) return -1;
    const count = this.#toGuest.write(bytes);
    if (count === 0) this.#writerWaits = true;
    else this.#wake();
    return count;
  }

  read(into: Uint8Array): number {
    if (this.#toHost.length === 0) {
      this.#readerWaits = this.#end === 0;
      return this.#end;
    }
    const count = this.#toHost.read(into.subarray(0, Math.max(1, this.#readLimit())));
    this.#wake();
    return count;
  }

  shutdownWrite(): void {
    throw new Error('An exchange does not half-close: servers take it for a client that left.');
  }

  close(): void {
    this.closed = true;
    this.#wake();
  }

  /** Sends all of `bytes`, as fast as the host takes it; false when the host closed before that. */
  async guestSend(bytes: Uint8Array | string): Promise<boolean> {
    let left = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
    while (left.length > 0) {
      if (this.closed) return false;
      const count = this.#toHost.write(left);
      left = left.subarray(count);
      if (count === 0) await this.#change();
      else this.#tellReader();
    }
    return true;
  }

  /** Takes what is there, after waiting for something; empty when the host closed. */
  async guestReceive(limit = 64 * 1024): Promise<Uint8Array> {
    while (this.#toGuest.length === 0) {
      if (this.closed) return new Uint8Array(0);
      await this.#change();
    }
    const bytes = new Uint8Array(Math.min(limit, this.#toGuest.length));
    this.#toGuest.read(bytes);
    if (this.#writerWaits) {
      this.#writerWaits = false;
      this.onWritable?.();
    }
    return bytes;
  }

  /** Reads until what came ends with `end`, and no byte more; returns it as text. */
  async guestReceiveUntil(end: string): Promise<string> {
    let text = '';
    while (!text.endsWith(end)) {
      const bytes = await this.guestReceive(1);
      if (bytes.length === 0) throw new Error(`The host closed after ${JSON.stringify(text)}`);
      text += new TextDecoder().decode(bytes);
    }
    return text;
  }

  guestStopReading(): void {
    this.#guestReads = false;
    if (this.#writerWaits) this.onWritable?.();
  }

  guestEnd(reset = false): void {
    this.#end = reset ? -2 : -1;
    this.#tellReader();
  }

  async guestSeesClose(): Promise<void> {
    while (!this.closed) await this.#change();
  }

  #tellReader(): void {
    if (!this.#readerWaits) return;
    this.#readerWaits = false;
    this.onReadable?.();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakeGuest = resolve;
    });
  }

  #wake(): void {
    this.#wakeGuest?.();
    this.#wakeGuest = null;
  }
}

type Guest = (connection: FakeConnection, index: number) => Promise<void> | void;

/** One port with one guest on it, called for each connection. */
export class FakeNetwork implements HostNetwork {
  readonly connections: FakeConnection[] = [];
  readonly #guest: Guest;
  readonly #options: FakeOptions;
  #listening = true;
  /** Connections that the accept queue still takes. */
  #room = Number.POSITIVE_INFINITY;
  readonly #waiting = new Set<() => void>();

  constructor(guest: Guest, options: FakeOptions = {}) {
    this.#guest = guest;
    this.#options = options;
  }

  set listening(listening: boolean) {
    this.#listening = listening;
    this.#wake();
  }

  set room(room: number) {
    this.#room = room;
    this.#wake();
  }

  /** How many wait for a change now. */
  get waiting(): number {
    return this.#waiting.size;
  }

  connect(): HostConnection | null {
    if (!this.#listening || this.#room === 0) return null;
    this.#room--;
    const connection = new FakeConnection(this.#options);
    const index = this.connections.push(connection) - 1;
    // A guest runs beside the host, not inside its call.
    queueMicrotask(() => {
      connection.onAccepted?.();
      void this.#guest(connection, index);
    });
    return connection;
  }

  isListening(): boolean {
    return this.#listening;
  }

  whenListening(_port: number, signal: AbortSignal): Promise<void> {
    return this.#when(() => this.#listening, signal);
  }

  whenRoom(_port: number, signal: AbortSignal): Promise<void> {
    return this.#when(() => !this.#listening || this.#room > 0, signal);
  }

  #when(holds: () => boolean, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (!holds()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      signal.addEventListener('abort', () => {
        this.#waiting.delete(look);
        reject(signal.reason);
      });
      look();
    });
  }

  #wake(): void {
    for (const look of [...this.#waiting]) look();
  }
}
