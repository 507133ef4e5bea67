/** An app with a service worker of its own, which takes Portside in as a library. */
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

const ROUTES = [
  { base: '/shop/', port: 8080 },
  { base: '/shop/api/', port: 9000 },
  { base: '/stream/', port: 7000, requestBodies: 'streamed' },
] as const satisfies BridgeOptions['routes'];

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
}

export async function serveStubApp(type: WorkerType, parts: Partial<StubAppParts> = {}): Promise<StubHost> {
  const { page: pageScript = STUBS.page, kernel: kernelScript = STUBS.kernel, options = {} } = parts;
  const [library, page, kernel] = await Promise.all([
    type === 'module' ? bundle('sw/index.ts', 'esm') : bundle('sw/index.ts', 'iife', 'portside'),
    bundle(pageScript, 'esm'),
    bundle(kernelScript, 'esm'),
  ]);
  const imported =
    type === 'module'
      ? "import '/timers.js'; import { createBridge } from '/portside.js';"
      : "importScripts('/timers.js', '/portside.js'); const { createBridge } = portside;";
  return serve(
    new Map<string, HostedFile>([
      [
        '/',
        html(
          `<!doctype html><html data-worker-type="${type}"><title>app</title><script type="module" src="/page.js"></script>`,
        ),
      ],
      ['/page.js', script(page)],
      ['/timers.js', script(timers)],
      ['/portside.js', script(library)],
      ['/.portside/stub-kernel.js', script(kernel)],
      ['/sw.js', script(imported + worker({ ...options, routes: ROUTES }))],
      ['/about', html('<!doctype html><title>about</title>')],
    ]),
  );
}
