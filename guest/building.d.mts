import type { Hash } from 'node:crypto';

export class BuildError extends Error {}

export interface Source {
  /** For messages. */
  readonly name: string;
  readonly url: string;
  readonly sha256: string;
}

export function cached(name: string, build: (work: string) => Promise<string>): Promise<string>;
export function contentHash(base: string, places: readonly string[]): Promise<Hash>;
export function checkTools(tools: Readonly<Record<string, string>>): void;
export function fetchSource(source: Source, file: string): Promise<void>;
export function tool(what: string, cwd: string, command: string, args: readonly string[]): Promise<void>;
export function main(build: (onStep: (step: string) => void) => Promise<string>): Promise<void>;
