/** Decodes the chunked transfer coding in place (RFC 9112 section 7.1): extensions and trailers are read and dropped. */

/** What may stand between two pieces of data: a size, its extensions, a trailer section. Others allow 16 KiB (llhttp, undici). */
const MAX_FRAMING = 16 * 1024;

const CR = 0x0d;
const LF = 0x0a;
const SEMICOLON = 0x3b;
const SPACE = 0x20;
const TAB = 0x09;

type ChunkedState =
  | 'size'
  | 'size-blank'
  | 'extension'
  | 'data'
  | 'data-end'
  | 'trailer-start'
  | 'trailer'
  | 'done'
  | 'failed';

export class ChunkedDecoder {
  #state: ChunkedState = 'size';
  /** Size of the chunk being read; in state `data`, what is still to come of it. */
  #remaining = 0;
  /** Digits of the size line; none is an error. */
  #digits = 0;
  /** Bytes of framing since the last byte of data: no guest makes us read lines for ever. */
  #framing = 0;
  #error = '';

  get done(): boolean {
    return this.#state === 'done';
  }

  /** What is wrong with the bytes, or an empty string. */
  get error(): string {
    return this.#error;
  }

  /** How many of the next bytes are data without doubt. */
  get dataAhead(): number {
    return this.#state === 'data' ? this.#remaining : 0;
  }

  /** `count` bytes of data, at most `dataAhead`, went past the decoder. */
  takeData(count: number): void {
    this.#remaining -= count;
    if (this.#remaining === 0) this.#enter('data-end');
  }

  /**
   * Reads `bytes[from..to)`, moves the data among them down to `bytes[from..]`, and returns its count. What follows the
   * last chunk is passed over.
   */
  decode(bytes: Uint8Array, from: number, to: number): number {
    let write = from;
    let at = from;
    while (at < to && this.#state !== 'done' && this.#state !== 'failed') {
      if (this.#state === 'data') {
        const count = Math.min(this.#remaining, to - at);
        if (write !== at) bytes.copyWithin(write, at, at + count);
        write += count;
        at += count;
        this.takeData(count);
      } else {
        this.#readFraming(bytes[at++] ?? 0);
      }
    }
    return write - from;
  }

  #enter(state: ChunkedState): void {
    this.#state = state;
    if (state === 'data') this.#framing = 0;
  }

  #fail(error: string): void {
    this.#error = error;
    this.#state = 'failed';
  }

  #readFraming(byte: number): void {
    if (++this.#framing > MAX_FRAMING) this.#fail('The lines between its chunks have no end.');
    else if (this.#state === 'size') this.#readSize(byte);
    else if (byte === LF) this.#endLine();
    else this.#readWithinLine(byte);
  }

  #readSize(byte: number): void {
    const digit = hexDigit(byte);
    if (digit >= 0) {
      this.#remaining = this.#remaining * 16 + digit;
      this.#digits++;
      if (!Number.isSafeInteger(this.#remaining)) this.#fail('A chunk size is too large.');
    } else if (this.#digits === 0) {
      this.#fail('A chunk size is not a number.');
    } else {
      this.#state = 'size-blank';
      this.#readFraming(byte);
    }
  }

  #endLine(): void {
    switch (this.#state) {
      case 'size-blank':
      case 'extension':
        this.#digits = 0;
        this.#enter(this.#remaining === 0 ? 'trailer-start' : 'data');
        break;
      case 'data-end':
        this.#state = 'size';
        break;
      case 'trailer-start':
        this.#state = 'done';
        break;
      case 'trailer':
        this.#state = 'trailer-start';
        break;
    }
  }

  #readWithinLine(byte: number): void {
    switch (this.#state) {
      case 'size-blank':
        // Some servers fill the size up with blanks; browsers read over them.
        if (byte === SEMICOLON) this.#state = 'extension';
        else if (byte !== SPACE && byte !== TAB && byte !== CR) this.#fail('A chunk size is not a number.');
        break;
      case 'data-end':
        if (byte !== CR) this.#fail('A chunk is longer than its size.');
        break;
      case 'trailer-start':
        if (byte !== CR) this.#state = 'trailer';
        break;
    }
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
