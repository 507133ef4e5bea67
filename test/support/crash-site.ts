/** A packed site whose kernel stops where a test wants it to: at the n-th border of a transaction, from which it never goes on. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packSite } from '../../cli/pack/site.js';
import { obtainPhp } from '../../cli/php/obtain.js';
import { createStaticServer } from '../../cli/serve/static-server.js';
import { listening } from './stub-host.js';

/** Built by `npm run build`. */
const BUILD = fileURLToPath(new URL('../../dist/site/', import.meta.url));

/** BroadcastChannel: `{ stopAt }` to the kernel, `{ reached }` from it. */
export const BORDERS = 'crash-borders';

/** Runs in the kernel's worker, before its own script. */
const borders = `{
  const channel = new BroadcastChannel(${JSON.stringify(BORDERS)});
  const never = new Int32Array(new SharedArrayBuffer(4));
  let left = Number.POSITIVE_INFINITY;
  const border = (name) => {
    left--;
    if (left !== 0) return;
    channel.postMessage({ reached: name });
    Atomics.wait(never, 0, 0);
  };
  channel.onmessage = ({ data }) => {
    if (data.stopAt !== undefined) left = data.stopAt;
  };
  const { transaction } = IDBDatabase.prototype;
  IDBDatabase.prototype.transaction = function (names, mode, options) {
    const begun = transaction.call(this, names, mode, options);
    if (mode === 'readwrite') {
      border('begun');
      queueMicrotask(() => border('placed'));
      begun.addEventListener('complete', () => border('complete'));
    }
    return begun;
  };
  const { put } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = function (value, key) {
    const request = put.call(this, value, key);
    if (key[0] === 's') request.addEventListener('success', () => border('written'));
    return request;
  };
}
`;

export interface CrashSite {
  readonly url: string;
  remove(): Promise<void>;
}

export async function serveCrashSite(docroot: string): Promise<CrashSite> {
  const folder = await mkdtemp(join(tmpdir(), 'portside-crash-'));
  const build = join(folder, 'build');
  const out = join(folder, 'out');
  await cp(BUILD, build, { recursive: true });
  const worker = join(build, 'kernel-worker.js');
  await writeFile(worker, borders + (await readFile(worker, 'utf8')));
  const quiet = { step: () => {}, done: () => {} };
  await packSite({ docroot, out, php: '8.2', workers: 2, base: '/', build }, quiet, obtainPhp(''));
  const server = createStaticServer({ folder: out, base: '/' });
  const host = await listening(server, []);
  return {
    url: `${host.origin}/`,
    async remove() {
      await host.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
