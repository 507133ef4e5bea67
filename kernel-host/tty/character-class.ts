/** How Linux' line discipline tells characters apart: ASCII and ISO 8859-1 (lib/ctype.c), whatever the locale. */

export const isControl = (byte: number): boolean => byte < 0x20 || byte === 0x7f;

const isUpper = (byte: number): boolean =>
  (byte >= 0x41 && byte <= 0x5a) || (byte >= 0xc0 && byte <= 0xde && byte !== 0xd7);
const isLower = (byte: number): boolean => (byte >= 0x61 && byte <= 0x7a) || (byte >= 0xdf && byte !== 0xf7);
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

/** The letters between the cases of ISO 8859-1 lie as far apart as those of ASCII. */
const CASE = 0x20;
export const toLower = (byte: number): number => (isUpper(byte) ? byte + CASE : byte);
export const toUpper = (byte: number): number => (isLower(byte) ? byte - CASE : byte);

/** What WERASE takes as a part of a word. */
export const isWord = (byte: number): boolean => isUpper(byte) || isLower(byte) || isDigit(byte) || byte === 0x5f;

/** Any byte of a UTF-8 character but its first. */
export const isContinuation = (byte: number): boolean => (byte & 0xc0) === 0x80;
