/** The same PHP on WordPress Playground's engine, from npm: fetched once into the cache, no dependency of the package. */
import { execFile } from 'node:child_process';
import { access, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { cacheDirectory } from '../../../cli/php/cache.js';
import { type HostedFile, html, type StubHost, serve } from '../../support/stub-host.js';
import type { Chromium } from '../chromium.js';
import type { BenchPage } from '../page.js';
import type { Target } from './target.js';

/** Of the same PHP 8.2.33 as the guest that `portside pack --php 8.2` takes. */
const VERSION = '3.1.55';
const PACKAGES = ['web', 'web-8-2', 'universal', 'web-service-worker'].map((name) => `@php-wasm/${name}@${VERSION}`);

/** @throws Error when npm can't fetch it */
async function fetchPackages(): Promise<string> {
  const folder = join(cacheDirectory(), `playground-${VERSION}`);
  const installed = await access(folder).then(
    () => true,
    () => false,
  );
  if (installed) return folder;
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  await writeFile(join(partial, 'package.json'), '{ "private": true }');
  await promisify(execFile)('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...PACKAGES], {
    cwd: partial,
  });
  await rename(partial, folder);
  return folder;
}

/**
 * How requests reach the engine. `own`: Playground's own parts all the way, through the page. `bare`: a MessagePort from
 * the service worker to PHP's worker, so that what is left is the engine's.
 */
export type Way = 'own' | 'bare';

async function bundleScripts(packages: string, way: Way): Promise<[string, HostedFile][]> {
  const { outputFiles } = await build({
    entryPoints: ['page', 'sw', 'worker'].map((name) =>
      fileURLToPath(new URL(`../playground/${way}/${name}.mjs`, import.meta.url)),
    ),
    nodePaths: [join(packages, 'node_modules')],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    outdir: '/',
    publicPath: '/',
    loader: { '.wasm': 'file', '.so': 'empty', '.dat': 'empty' },
    // What is loaded on demand and never is here: Node's modules, and the versions that are not measured.
    external: [
      'worker_threads',
      ...['5-2', '7-4', '8-0', '8-1', '8-3', '8-4', '8-5'].map((version) => `@php-wasm/web-${version}`),
    ],
    logLevel: 'error',
  });
  return outputFiles.map(({ path, contents }) => [
    path,
    { type: path.endsWith('.wasm') ? 'application/wasm' : 'text/javascript', bytes: contents },
  ]);
}

/** All files of a folder, as `worker.mjs` unpacks them. */
async function imageOf(folder: string): Promise<Uint8Array> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const contents = await Promise.all(files.map((path) => readFile(path)));
  const list = Buffer.from(
    JSON.stringify(
      contents.map(({ length }, index) => ({ path: files[index]?.slice(folder.length + 1), size: length })),
    ),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32BE(list.length);
  return Buffer.concat([length, list, ...contents]);
}

export async function servePlayground(folder: string, way: Way = 'own'): Promise<StubHost> {
  const packages = await fetchPackages();
  return serve(
    new Map<string, HostedFile>([
      ['/', html('<!doctype html><title>Playground</title><script type="module" src="/page.js"></script>')],
      ['/image.bin', { type: 'application/octet-stream', bytes: await imageOf(folder) }],
      ...(await bundleScripts(packages, way)),
    ]),
  );
}

export async function bootPlayground(page: BenchPage, host: StubHost): Promise<void> {
  const arrived = page.said('first byte');
  await page.navigate(`${host.origin}/`);
  await arrived;
}

export async function openPlayground(chromium: Chromium, host: StubHost, way: Way = 'own'): Promise<Target> {
  const page = await chromium.open();
  await bootPlayground(page, host);
  const name = way === 'own' ? 'playground' : 'its engine, bare';
  return { name, page, base: '/scope:bench/', close: () => page.close() };
}
