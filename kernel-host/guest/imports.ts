/** What the adapters' import objects are made of. */

/** Everything an import may be: numbers in and out, 64-bit ones as BigInt. */
export type Import = (...parameters: never[]) => number | bigint | undefined;
export type Imports = Record<string, Import>;

/** A program that stops by itself. */
export class Abort extends Error {}
