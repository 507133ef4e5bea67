/** Between bytes, held as the characters of the same numbers, as headers are, and the text that they are in UTF-8. */

const isAscii = (text: string): boolean => !/[\x80-\uffff]/.test(text);

export const bytesOfText = (text: string): string =>
  isAscii(text) ? text : Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');

export const textOfBytes = (bytes: string): string =>
  isAscii(bytes) ? bytes : new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
