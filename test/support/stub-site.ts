/** A packed site whose kernel is the stub, on a dumb static host. */
import { createHash } from 'node:crypto';
import type { Asset, SiteConfig } from '../../protocol/site.js';
import { bundle, encode, type HostedFile, html, type StubHost, script, serve } from './stub-host.js';

export interface StubSite extends StubHost {
  /** URL of the site's base. */
  readonly url: string;
}

export async function serveStubSite(base = '/'): Promise<StubSite> {
  const [worker, page, kernel] = await Promise.all([
    bundle('sw/site.ts', 'iife'),
    bundle('test/support/stub-page.ts', 'esm'),
    bundle('test/support/stub-kernel.ts', 'esm'),
  ]);
  const files = new Map<string, HostedFile>();
  const asset = (name: string, bytes: Uint8Array): Asset => {
    const path = `.portside/${name}`;
    files.set(base + path, script(bytes));
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
  files.set(
    base,
    html(
      `<!doctype html><html data-isolated><base href="${base}"><title>shell</title><script type="module" src="${base}.portside/stub-page.js"></script><iframe id="portside-site" referrerpolicy="no-referrer"></iframe>`,
    ),
  );
  files.set(
    `${base}sw.js`,
    script(Buffer.concat([encode(`self.portsideSite = ${JSON.stringify(config)};\n`), worker])),
  );
  if (base !== '/') files.set('/outside.txt', { type: 'text/plain', bytes: encode('from the host') });
  const host = await serve(files);
  return { ...host, url: host.origin + base };
}
