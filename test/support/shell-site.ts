/** A packed site around a stand-in for the kernel, and a dumb static host for it: nothing but MIME types and 404.html. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { gzipSync } from 'node:zlib';
import { escapeScript, fillTemplate } from '../../client/shell/fill-template.js';
import type { Asset, SiteConfig } from '../../protocol/site.js';
import { bundle } from './stub-host.js';

const root = new URL('../../', import.meta.url);

/** `(module (func (export "answer") (result i32) i32.const 42))` */
const GUEST = Uint8Array.from([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 7, 10, 1, 6, 97, 110, 115, 119, 101, 114, 0, 0, 10,
  6, 1, 4, 0, 65, 42, 11,
]);

const ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1"/></svg>';

export interface HostedFile {
  type: string;
  bytes: Uint8Array;
  headers?: Record<string, string>;
  /** Cuts the connection in the middle of the file. */
  breakOff?: boolean;
  /** Stops in the middle of the file until this has resolved. */
  gate?: Promise<void>;
}

export interface ShellSite {
  readonly url: string;
  readonly files: Map<string, HostedFile>;
  readonly requests: string[];
  readonly config: SiteConfig;
  /** Writes the pages anew with another configuration. */
  configure(change: Partial<SiteConfig>): void;
  close(): Promise<void>;
}

export async function hostShellSite(base = '/'): Promise<ShellSite> {
  const files = new Map<string, HostedFile>();
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://host').pathname;
    requests.push(path);
    const file = files.get(path);
    const { type, bytes, headers, gate, breakOff } = file ??
      files.get(`${base}404.html`) ?? { type: 'text/plain', bytes: new Uint8Array() };
    response.writeHead(file ? 200 : 404, { 'content-type': type, 'content-length': bytes.byteLength, ...headers });
    const half = bytes.byteLength >> 1;
    response.write(bytes.subarray(0, half));
    await gate;
    if (breakOff) response.destroy();
    else response.end(bytes.subarray(half));
  });
  const url = await listen(server, base);
  const template = await readFile(new URL('client/shell/index.html', root), 'utf8');
  const shell = await bundle('client/shell/index.ts', 'esm');
  const kernel = await bundle('test/support/shell-kernel-stub.ts', 'esm');
  const serviceWorker = await bundle('sw/site.ts', 'iife');
  const image = new Uint8Array(3_000_000).map((_, index) => (index * 31) % 251);

  const add = (name: string, type: string, bytes: Uint8Array, raw?: Uint8Array): Asset => {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const [stem, ...extensions] = name.split('.');
    const path = `.portside/${stem}.${sha256.slice(0, 16)}.${extensions.join('.')}`;
    files.set(base + path, { type, bytes });
    return { path, size: bytes.byteLength, sha256, ...(raw && { encoding: 'gzip' as const, rawSize: raw.byteLength }) };
  };
  const addManifest = (): Asset => {
    const bytes = Buffer.from(JSON.stringify({ name: 'Harbour & <Sons>', start_url: base, scope: base }));
    files.set(`${base}manifest.webmanifest`, { type: 'application/manifest+json', bytes });
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { path: 'manifest.webmanifest', size: bytes.byteLength, sha256 };
  };
  let config: SiteConfig = {
    release: 'test',
    name: 'Harbour & <Sons>',
    base,
    port: 80,
    workers: 1,
    php: '8.4',
    argv: [],
    env: { OUTSIDE: url.replace('127.0.0.1', 'elsewhere.test') },
    cwd: '/',
    mountPoint: '/',
    chunks: [],
    firstChunks: 0,
    assets: {
      shell: add('shell.js', 'text/javascript', shell),
      kernelWorker: add('kernel.js', 'text/javascript', kernel),
      processWorker: add('process.js', 'text/javascript', new Uint8Array()),
      guest: add('guest.wasm.gz', 'application/gzip', gzipSync(GUEST), GUEST),
      image: add('image.bin', 'application/octet-stream', gzipSync(image), image),
    },
    webApp: { manifest: addManifest(), icons: [add('icon.svg', 'image/svg+xml', Buffer.from(ICON))] },
  };
  const configure = (change: Partial<SiteConfig>) => {
    config = { ...config, ...change };
    const page = { type: 'text/html; charset=utf-8', bytes: Buffer.from(fillTemplate(template, config)) };
    files.set(base, page);
    files.set(`${base}404.html`, page);
    const script = `self.portsideSite = ${escapeScript(JSON.stringify(config))};\n${Buffer.from(serviceWorker)}`;
    files.set(`${base}sw.js`, { type: 'text/javascript', bytes: Buffer.from(script) });
  };
  configure({});
  return {
    url,
    files,
    requests,
    get config() {
      return config;
    },
    configure,
    close: () => close(server),
  };
}

function listen(server: Server, base: string): Promise<string> {
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address === 'object' && address) resolve(`http://127.0.0.1:${address.port}${base}`);
      else reject(new Error('no TCP address'));
    });
  });
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())));
}
