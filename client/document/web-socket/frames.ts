/** WebSocket frames as a client writes them: RFC 6455 section 5. */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export const FIN = 0x80;
/** First bit of the second byte. */
export const MASKED = 0x80;

/** The head of a frame that is a whole message, masked with `key`. */
export function frameHead(opcode: number, length: number, key: Uint8Array): Uint8Array<ArrayBuffer> {
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const head = new Uint8Array(6 + extended);
  const view = new DataView(head.buffer);
  head[0] = FIN | opcode;
  head[1] = MASKED | (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended === 2) view.setUint16(2, length);
  if (extended === 8) view.setBigUint64(2, BigInt(length));
  head.set(key, 2 + extended);
  return head;
}

/** Masks in place bytes that begin at `offset` of their frame's payload. Masking twice gives the bytes back. */
export function mask(bytes: Uint8Array, key: Uint8Array, offset: number): void {
  const { buffer, byteOffset, length } = bytes;
  // Words are four times as fast as bytes, and lie at addresses that four divides.
  const before = Math.min(length, -byteOffset & 3);
  const words = (length - before) >> 2;
  const xor = (from: number, to: number) => {
    for (let at = from; at < to; at++) bytes[at] ^= key[(offset + at) & 3];
  };
  xor(0, before);
  if (words > 0) {
    const turned = Uint8Array.from(key, (_, at) => key[(offset + before + at) & 3]);
    const [word] = new Uint32Array(turned.buffer);
    const view = new Uint32Array(buffer, byteOffset + before, words);
    for (let at = 0; at < words; at++) view[at] ^= word;
  }
  xor(before + words * 4, length);
}
