/** An app with a service worker of its own, which takes Portside in as a library. */
import { bundle, type HostedFile, html, type StubHost, script, serve } from './stub-host.js';

/** Ten lines of an app's own worker. */
const worker = `
const bridge = createBridge({
  routes: [
    { base: '/shop/', port: 8080 },
    { base: '/shop/api/', port: 9000 },
    { base: '/stream/', port: 7000, requestBodies: 'streamed' },
  ],
});
oninstall = () => skipWaiting();
onactivate = (event) => event.waitUntil(clients.claim());
onfetch = (event) => {
  if (bridge.match(event.request, event.clientId)) event.respondWith(bridge.handle(event));
  else if (event.request.url.endsWith('/own-route')) event.respondWith(new Response('the worker of the app'));
};
`;

export async function serveStubApp(type: WorkerType): Promise<StubHost> {
  const [library, page, kernel] = await Promise.all([
    type === 'module' ? bundle('sw/index.ts', 'esm') : bundle('sw/index.ts', 'iife', 'portside'),
    bundle('test/support/stub-page.ts', 'esm'),
    bundle('test/support/stub-kernel.ts', 'esm'),
  ]);
  const imported =
    type === 'module'
      ? "import { createBridge } from '/portside.js';"
      : "importScripts('/portside.js'); const { createBridge } = portside;";
  return serve(
    new Map<string, HostedFile>([
      [
        '/',
        html(
          `<!doctype html><html data-worker-type="${type}"><title>app</title><script type="module" src="/page.js"></script>`,
        ),
      ],
      ['/page.js', script(page)],
      ['/portside.js', script(library)],
      ['/.portside/stub-kernel.js', script(kernel)],
      ['/sw.js', script(imported + worker)],
      ['/about', html('<!doctype html><title>about</title>')],
    ]),
  );
}
