/** A folder of the host for one test, and calls on a HostFolder by path. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyAttributes } from '../../../kernel-host/abi/stat.js';
import { HostFolder } from '../../../kernel-host/platform/node/host-folder.js';

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const text = (from: Uint8Array): string => new TextDecoder().decode(from);

export interface Scratch extends Disposable {
  readonly path: string;
  at(...names: string[]): string;
}

export function scratch(): Scratch {
  const path = mkdtempSync(join(tmpdir(), 'portside-host-folder-'));
  return {
    path,
    at: (...names) => join(path, ...names),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

export const mounted = (path: string, readOnly = false): HostFolder => new HostFolder(path, { device: 3, readOnly });

/** The node that a path of plain names leads to, or -errno. */
export function find(folder: HostFolder, path: string): number {
  let node = folder.root;
  for (const name of path.split('/').filter((part) => part !== '')) {
    node = folder.lookup(node, bytes(name));
    if (node < 0) return node;
  }
  return node;
}

export function attributes(folder: HostFolder, node: number) {
  const out = emptyAttributes();
  const result = folder.attributes(node, out);
  if (result < 0) throw new Error(`attributes: ${result}`);
  return out;
}

export function list(folder: HostFolder, node: number): string[] {
  const names: string[] = [];
  for (let cookie = 0; ; ) {
    const entry = folder.entry(node, cookie);
    if (typeof entry === 'number') throw new Error(`entry: ${entry}`);
    if (entry === null) return names;
    names.push(text(entry.name));
    cookie = entry.next;
  }
}
