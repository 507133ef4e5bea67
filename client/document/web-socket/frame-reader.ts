/**
 * Reads what a server sends, in whatever pieces it comes: frames, messages put together from them, and what is against RFC 6455.
 * No byte is copied but into the message that it is part of.
 */
import { CLOSE } from './close-codes.js';
import { FIN, MASKED, OPCODE } from './frames.js';

/**
 * Bytes of the largest message that is taken; one that is larger fails the connection (1009). No string in V8 has more
 * characters, and no page a use for more at once.
 */
export const MAX_MESSAGE = 2 ** 29 - 24;

/** Bytes of a binary message, in order. */
export type Parts = readonly Uint8Array<ArrayBuffer>[];

export interface FrameReceiver {
  message(data: string | Parts): void;
  control(opcode: number, payload: Uint8Array<ArrayBuffer>): void;
  /** The server broke the protocol: `code` is what it is to be told. Nothing follows. */
  failed(code: number, reason: string): void;
}

/** Two bytes, and a length of eight: servers mask nothing. */
const LONGEST_HEAD = 10;
const RESERVED = 0x70;
const OPCODE_BITS = 0x0f;
/** RFC 6455 section 5.5. */
const LONGEST_CONTROL = 125;

export class FrameReader {
  readonly #receiver: FrameReceiver;
  readonly #head = new Uint8Array(LONGEST_HEAD);
  #headLength = 0;
  /** Of the frame that is read: bytes of payload to come; -1 while its head is not complete. */
  #left = -1;
  #final = false;
  #opcode = 0;
  /** Of the message that is read. */
  #type: number = OPCODE.continuation;
  #size = 0;
  #text = '';
  #decoder = newDecoder();
  #parts: Uint8Array<ArrayBuffer>[] = [];
  /** Of the control frame that is read; those may come between the fragments of a message. */
  #control: Uint8Array<ArrayBuffer> = new Uint8Array();
  #ended = false;

  constructor(receiver: FrameReceiver) {
    this.#receiver = receiver;
  }

  /** Nothing more is read. */
  end(): void {
    this.#ended = true;
  }

  /** `bytes` belong to the reader from now on. */
  push(bytes: Uint8Array<ArrayBuffer>): void {
    let at = 0;
    while (at < bytes.length && !this.#ended) {
      if (this.#left < 0) this.#head[this.#headLength++] = bytes[at++];
      if (this.#left < 0 && !this.#readHead()) continue;
      const end = Math.min(bytes.length, at + this.#left);
      this.#left -= end - at;
      this.#payload(bytes.subarray(at, end));
      at = end;
    }
  }

  /** Whether the head is complete, and the protocol kept. */
  #readHead(): boolean {
    const head = this.#head;
    const [first, second] = head;
    if (this.#headLength < 2) return false;
    const short = second & ~MASKED;
    if (this.#headLength === 2) {
      const wrong = this.#check(first, second, short);
      if (wrong) return this.#fail(CLOSE.protocolError, wrong);
    }
    const view = new DataView(head.buffer);
    const length = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (this.#headLength < length) return false;
    const size = length === 2 ? short : length === 4 ? view.getUint16(2) : Number(view.getBigUint64(2));
    if (length === 10 && view.getInt8(2) < 0) {
      return this.#fail(CLOSE.protocolError, 'a frame has a length of more than 63 bits');
    }
    this.#headLength = 0;
    this.#opcode = first & OPCODE_BITS;
    this.#final = (first & FIN) !== 0;
    if (this.#opcode < OPCODE.close) {
      if (this.#opcode !== OPCODE.continuation) this.#type = this.#opcode;
      this.#size += size;
      if (this.#size > MAX_MESSAGE) return this.#fail(CLOSE.tooBig, `a message has more than ${MAX_MESSAGE} bytes`);
    } else {
      this.#control = new Uint8Array(size);
    }
    this.#left = size;
    return true;
  }

  /** What is wrong with the first two bytes of a frame. */
  #check(first: number, second: number, length: number): string | undefined {
    const opcode = first & OPCODE_BITS;
    if ((first & RESERVED) !== 0) return 'a frame has a reserved bit set';
    if ((second & MASKED) !== 0) return 'a server must not mask';
    if (opcode >= OPCODE.close) {
      if (opcode > OPCODE.pong) return `a frame has the unknown opcode ${opcode}`;
      if ((first & FIN) === 0) return 'a control frame is fragmented';
      return length > LONGEST_CONTROL ? 'a control frame has more than 125 bytes' : undefined;
    }
    if (opcode > OPCODE.binary) return `a frame has the unknown opcode ${opcode}`;
    if (opcode === OPCODE.continuation) {
      return this.#type === OPCODE.continuation ? 'a continuation has nothing to continue' : undefined;
    }
    return this.#type === OPCODE.continuation ? undefined : 'a message began before the last one ended';
  }

  #payload(part: Uint8Array<ArrayBuffer>): void {
    const complete = this.#left === 0;
    if (complete) this.#left = -1;
    if (this.#opcode >= OPCODE.close) {
      const { length } = this.#control;
      this.#control.set(part, complete ? length - part.length : length - part.length - this.#left);
      if (complete) this.#receiver.control(this.#opcode, this.#control);
      return;
    }
    const last = complete && this.#final;
    if (this.#type === OPCODE.binary) this.#parts.push(part);
    else {
      try {
        this.#text += this.#decoder.decode(part, { stream: !last });
      } catch {
        this.#fail(CLOSE.invalidPayload, 'a text message is not UTF-8');
        return;
      }
    }
    if (last) this.#deliver();
  }

  #deliver(): void {
    const data = this.#type === OPCODE.text ? this.#text : this.#parts;
    this.#type = OPCODE.continuation;
    this.#size = 0;
    this.#text = '';
    this.#parts = [];
    this.#receiver.message(data);
  }

  #fail(code: number, reason: string): false {
    this.end();
    this.#decoder = newDecoder();
    this.#receiver.failed(code, reason);
    return false;
  }
}

/** A byte order mark is part of the message. */
function newDecoder(): TextDecoder {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
}
