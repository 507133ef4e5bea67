/** Names as byte strings: each character stands for a byte, so that any name that a guest may choose is one. */

export function nameOfBytes(bytes: Uint8Array): string {
  let name = '';
  for (const byte of bytes) name += String.fromCharCode(byte);
  return name;
}

export const bytesOfName = (name: string): Uint8Array => Uint8Array.from(name, (character) => character.charCodeAt(0));
