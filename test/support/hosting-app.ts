/** An app that hosts a packed site at `/blog/`, as the README shows it: from its own service worker, on a page of its own. */
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { bundle } from './stub-host.js';

const worker = `
const bridge = portside.createBridge({ scope: '/blog/', routes: [{ base: '/blog/', port: 80 }] });
oninstall = () => skipWaiting();
onactivate = (event) => event.waitUntil(clients.claim());
onfetch = (event) => {
  if (bridge.match(event.request, event.clientId)) event.respondWith(bridge.handle(event));
};
`;

const page = `<!doctype html><title>app</title><iframe></iframe><script type="module">
import { connect, register, startMachine } from '/client.js';
await register({ base: '/' });
const site = await (await fetch('/blog/.portside/site.json')).json();
const machine = startMachine({ site: { ...site, port: 80 } });
await machine.ready;
connect(machine, '/blog/');
document.documentElement.dataset.ready = '';
</script>`;

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
  const [client, library] = await Promise.all([
    bundle('client/index.ts', 'esm'),
    bundle('sw/index.ts', 'iife', 'portside'),
  ]);
  const files = new Map<string, string | Uint8Array>([
    ['/index.html', page],
    ['/client.js', client],
    ['/sw.js', `${Buffer.from(library).toString()}\n${worker}`],
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
