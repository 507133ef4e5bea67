/** An app that hosts a packed site at `/blog/`: its worker and its page are the code that the README shows. */
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What an app's bundler makes of it. The package finds itself by its own name, as built. */
async function bundled(code: string, format: 'iife' | 'esm'): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: root },
    bundle: true,
    write: false,
    format,
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  return outputFiles.map(({ text }) => text).join('');
}

/** The README's blocks of JavaScript that begin with the comment `first`. */
async function shown(first: string): Promise<string> {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const block = [...readme.matchAll(/```js\n([\s\S]*?)```/g)]
    .map(([, code = '']) => code)
    .find((code) => code.startsWith(first));
  if (!block) throw new Error(`The README shows no code that begins with ${first}`);
  return block;
}

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

export interface HostingApp {
  readonly origin: string;
  close(): void;
}

/** Of a page that its host isolates: its worker adds no headers to it. */
export const ISOLATING_HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'credentialless',
};

/**
 * @param packed Folder that `portside pack --base /blog/` wrote.
 * @param headers Of all that the host sends.
 */
export async function serveHostingApp(
  packed: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<HostingApp> {
  const [worker, page] = await Promise.all([
    shown('// sw.js').then((code) => bundled(code, 'iife')),
    shown('// a page').then((code) => bundled(`${code}\ndocument.documentElement.dataset.ready = '';`, 'esm')),
  ]);
  const files = new Map<string, string | Uint8Array>([
    ['/index.html', '<!doctype html><title>app</title><iframe></iframe><script type="module" src="/page.js"></script>'],
    ['/page.js', page],
    ['/sw.js', worker],
  ]);
  for (const entry of await readdir(packed, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files.set(`/blog${path.slice(packed.length)}`, await readFile(path));
  }
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://host');
    const path = pathname === '/' ? '/index.html' : pathname;
    const file = files.get(path);
    response.writeHead(file === undefined ? 404 : 200, {
      'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream',
      ...headers,
    });
    response.end(file);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The app listens on no TCP port.');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
