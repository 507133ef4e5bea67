/** A packed site whose kernel is the stub, on a dumb static host. */
import { createHash } from 'node:crypto';
import type { Asset, SiteConfig } from '../../protocol/site.js';
import { bundle, encode, type HostedFile, html, type StubHost, script, serve } from './stub-host.js';

export interface StubSite extends StubHost {
  /** URL of the site's base. */
  readonly url: string;
  /** Uploads another release in place of the one that is there; `damaged`: with a script that lost a byte on its way. */
  publish(release: string, options?: { readonly damaged: boolean }): void;
}

/** What stands for the shell and for the kernel. */
export interface StubParts {
  readonly page: string;
  readonly kernel: string;
}

export const STUBS: StubParts = { page: 'test/support/stub-page.ts', kernel: 'test/support/stub-kernel.ts' };

export async function serveStubSite(base = '/', parts = STUBS): Promise<StubSite> {
  const [worker, page, kernel] = await Promise.all([
    bundle('sw/site.ts', 'iife'),
    bundle(parts.page, 'esm'),
    bundle(parts.kernel, 'esm'),
  ]);
  const files = new Map<string, HostedFile>();

  const asset = (path: string, bytes: Uint8Array): Asset => {
    files.set(base + path, script(bytes));
    return { path, size: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') };
  };
  const publish: StubSite['publish'] = (release, { damaged } = { damaged: false }) => {
    files.clear();
    const shell = `.portside/shell-${release}.js`;
    const config: SiteConfig = {
      release,
      name: 'Stub',
      base,
      port: 8080,
      workers: 1,
      php: 'none',
      argv: [],
      env: {},
      cwd: '/',
      mountPoint: '/',
      chunks: [],
      firstChunks: 0,
      assets: {
        shell: asset(shell, page),
        kernelWorker: asset('.portside/stub-kernel.js', kernel),
        processWorker: asset('.portside/process-worker.js', encode('// no processes')),
        guest: asset('.portside/guest.wasm', encode('guest')),
        image: asset('.portside/image.bin', encode('image')),
      },
      webApp: { manifest: asset('manifest.webmanifest', encode('{}')), icons: [] },
    };
    if (damaged) files.set(base + shell, script(page.slice(1)));
    files.set(
      base,
      html(
        `<!doctype html><html data-release="${release}"><base href="${base}"><title>shell</title><script type="module" src="${base}${shell}"></script><iframe id="portside-site" name="site" referrerpolicy="no-referrer"></iframe>`,
      ),
    );
    const configuration = encode(`self.portsideSite = ${JSON.stringify(config)};\n`);
    files.set(`${base}sw.js`, script(Buffer.concat([configuration, worker])));
    if (base !== '/') files.set('/outside.txt', { type: 'text/plain', bytes: encode('from the host') });
  };

  publish('first');
  const host = await serve(files);
  return { ...host, url: host.origin + base, publish };
}
