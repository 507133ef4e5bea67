/** What an app gets that installs the package: files for each export, and types that compile without the package's own settings. */
import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
let app: string;

beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), 'portside-consumer-'));
  await mkdir(join(app, 'node_modules'));
  await symlink(root, join(app, 'node_modules/portside'));
  for (const name of ['workbox-core', 'workbox-routing']) {
    await symlink(join(root, 'node_modules', name), join(app, 'node_modules', name));
  }
});
afterAll(() => rm(app, { recursive: true }));

test('every export has its files', async () => {
  const { exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const files = Object.values<string | Record<string, string>>(exports).flatMap((entry) =>
    typeof entry === 'string' ? [entry] : Object.values(entry),
  );
  expect(files.length).toBeGreaterThan(6);
  await Promise.all(files.map((file) => access(join(root, file))));
});

const bridge = `
import { createBridge, type Bridge, PortsideError } from 'portside/sw';
const bridge: Bridge = createBridge({ routes: [{ base: '/blog/', port: 80, escape: 'leave' }] });
`;
const listener = `
addEventListener('fetch', (event) => {
  if (bridge.match(event.request, event.clientId)) event.respondWith(bridge.handle(event));
});
`;

test.each([
  [
    'a page, without the types of workers',
    ['ES2022', 'DOM'],
    `
import { connect, register, startMachine } from 'portside/client';
import type { Bridge } from 'portside/sw';
export const routed = (bridge: Bridge): boolean => bridge.match(new URL(location.href));
await register({ base: '/', script: '/js/sw.js', type: 'module' });
const machine = startMachine({ site: await (await fetch('/blog/.portside/site.json')).json() });
connect(machine, '/blog/').close();
`,
  ],
  [
    'a worker with a listener of its own',
    ['ES2022', 'WebWorker'],
    `${bridge}export const failed = (error: unknown) => error instanceof PortsideError && error.code;
declare const self: ServiceWorkerGlobalScope;
self.${listener.trim()}`,
  ],
  [
    'a worker with Workbox',
    ['ES2022', 'WebWorker'],
    `import { registerRoute } from 'workbox-routing';${bridge}
registerRoute(bridge.match, bridge.handle, 'POST');
registerRoute(({ request }) => bridge.match(request), ({ event, request }) => bridge.handle({ event, request }));
`,
  ],
  [
    'a classic worker',
    ['ES2022', 'WebWorker'],
    `
import type {} from 'portside/sw/classic';
declare const self: ServiceWorkerGlobalScope;
const bridge = portside.createBridge({ routes: [] });
self.${listener.trim()}`,
  ],
] as const)('types of %s', async (_, lib, source) => {
  await writeFile(join(app, 'index.ts'), source);
  const options = {
    target: 'ES2022',
    module: 'ESNext',
    moduleResolution: 'bundler',
    lib,
    types: [],
    strict: true,
    noEmit: true,
    exactOptionalPropertyTypes: true,
  };
  await writeFile(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['index.ts'] }));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', app]).catch(
    (error: { stdout: string }) => error,
  );
  expect(stdout).toBe('');
});
