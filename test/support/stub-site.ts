/** A packed site whose kernel is the stub, on a dumb static server. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import type { Asset, SiteConfig } from '../../protocol/site.js';

export interface StubSite {
  /** URL of the site's base. */
  readonly url: string;
  readonly origin: string;
  /** Paths that the server was asked for, in order. */
  readonly asked: string[];
  close(): Promise<void>;
}

interface File {
  readonly type: string;
  readonly bytes: Uint8Array;
}

const SCRIPT = 'text/javascript';
const root = new URL('../../', import.meta.url).pathname;

async function bundle(entry: string, format: 'esm' | 'iife'): Promise<Uint8Array> {
  const result = await build({
    entryPoints: [root + entry],
    bundle: true,
    write: false,
    format,
    target: 'es2022',
    alias: { tldts: `${root}sw/public-suffix.ts` },
  });
  const [output] = result.outputFiles;
  if (!output) throw new Error(`No bundle of ${entry}`);
  return output.contents;
}

const encode = (text: string) => new TextEncoder().encode(text);

export async function serveStubSite(base = '/'): Promise<StubSite> {
  const [worker, page, kernel] = await Promise.all([
    bundle('sw/site.ts', 'iife'),
    bundle('test/support/stub-page.ts', 'esm'),
    bundle('test/support/stub-kernel.ts', 'esm'),
  ]);
  const files = new Map<string, File>();
  const asset = (name: string, bytes: Uint8Array): Asset => {
    const path = `.portside/${name}`;
    files.set(base + path, { type: SCRIPT, bytes });
    return { path, size: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') };
  };
  const kernelAsset = asset('stub-kernel.js', kernel);
  const config: SiteConfig = {
    release: 'stub',
    name: 'Stub',
    base,
    port: 8080,
    workers: 1,
    php: 'none',
    argv: [],
    env: {},
    cwd: '/',
    mountPoint: '/',
    assets: {
      shell: asset('stub-page.js', page),
      kernelWorker: kernelAsset,
      processWorker: kernelAsset,
      guest: asset('guest.wasm', encode('guest')),
      image: asset('image.bin', encode('image')),
    },
  };
  const shell = `<!doctype html><base href="${base}"><title>shell</title><script type="module" src="${base}.portside/stub-page.js"></script><iframe id="portside-site" referrerpolicy="no-referrer"></iframe>`;
  files.set(base, { type: 'text/html', bytes: encode(shell) });
  files.set(`${base}sw.js`, {
    type: SCRIPT,
    bytes: Buffer.concat([encode(`self.portsideSite = ${JSON.stringify(config)};\n`), worker]),
  });
  if (base !== '/') files.set('/outside.txt', { type: 'text/plain', bytes: encode('from the host') });

  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://host');
    asked.push(pathname);
    const file = files.get(pathname);
    response.writeHead(file ? 200 : 404, { 'Content-Type': file?.type ?? 'text/plain' });
    response.end(file?.bytes ?? 'not on this host');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    url: origin + base,
    asked,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
