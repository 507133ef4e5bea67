/** An app with a service worker of its own, which takes Portside in as a library, as it is built. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { BridgeOptions } from '../../sw/options.js';
import { bundle, type HostedFile, html, type StubHost, script, serve } from './stub-host.js';
import { STUBS, type StubParts } from './stub-site.js';

/** Keeps count of the timers that the worker has set and that are still to come. */
const timers = `
self.timers = new Set();
for (const kind of ['Timeout', 'Interval']) {
  const set = self['set' + kind];
  const clear = self['clear' + kind];
  self['set' + kind] = (callback, ...more) => {
    const id = set((...values) => {
      if (kind === 'Timeout') timers.delete(id);
      callback(...values);
    }, ...more);
    timers.add(id);
    return id;
  };
  self['clear' + kind] = (id) => {
    timers.delete(id);
    clear(id);
  };
}
`;

const routes = (base: string): BridgeOptions['routes'] => [
  { base: `${base}shop/`, port: 8080 },
  { base: `${base}shop/api/`, port: 9000 },
  { base: `${base}stream/`, port: 7000, requestBodies: 'streamed' },
  { base: `${base}told/`, port: 8080, escape: 'leave' },
];

/** Ten lines of an app's own worker. */
const worker = (options: BridgeOptions) => `
const bridge = createBridge(${JSON.stringify(options)});
oninstall = () => skipWaiting();
onactivate = (event) => event.waitUntil(clients.claim());
onfetch = (event) => {
  if (bridge.match(event.request, event.clientId)) event.respondWith(bridge.handle(event));
  else if (event.request.url.endsWith('/own-route')) event.respondWith(new Response('the worker of the app'));
  else if (event.request.url.endsWith('/timers')) event.respondWith(new Response(String(timers.size)));
};
`;

export interface StubAppParts extends StubParts {
  readonly options: Omit<BridgeOptions, 'routes'>;
  /** Path of the app, and the scope of its worker. */
  readonly base: string;
  /** Where the worker's script lies. */
  readonly workerPath: string;
}

export interface StubApp extends StubHost {
  readonly url: string;
}

/** A file of the library, by its path below dist. */
export const built = (path: string): Promise<Uint8Array> =>
  readFile(fileURLToPath(new URL(`../../dist/${path}`, import.meta.url)));

export async function serveStubApp(type: WorkerType, parts: Partial<StubAppParts> = {}): Promise<StubApp> {
  const { page: pageScript = STUBS.page, kernel: kernelScript = STUBS.kernel, options = {} } = parts;
  const { base = '/', workerPath = `${base}sw.js` } = parts;
  const [library, page, kernel] = await Promise.all([
    built(type === 'module' ? 'sw/index.js' : 'sw/classic.js'),
    bundle(pageScript, 'esm'),
    bundle(kernelScript, 'esm'),
  ]);
  const imported =
    type === 'module'
      ? "import '/timers.js'; import { createBridge } from '/vendor/portside.js';"
      : "importScripts('/timers.js', '/vendor/portside.js'); const { createBridge } = portside;";
  const host = await serve(
    new Map<string, HostedFile>([
      [
        base,
        html(
          `<!doctype html><html data-worker-type="${type}" data-worker="${workerPath}"><title>app</title>
          <iframe></iframe><script type="module" src="${base}page.js"></script>`,
        ),
      ],
      [`${base}page.js`, script(page)],
      ['/timers.js', script(timers)],
      ['/vendor/portside.js', script(library)],
      [`${base}.portside/stub-kernel.js`, script(kernel)],
      [
        workerPath,
        {
          ...script(imported + worker({ ...options, routes: routes(base) })),
          headers: { 'Service-Worker-Allowed': base },
        },
      ],
      [`${base}about`, html('<!doctype html><title>about</title>')],
    ]),
  );
  return { ...host, url: host.origin + base };
}
