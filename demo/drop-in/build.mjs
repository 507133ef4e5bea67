/**
 * Builds the shop: its page and its worker bundled, the journal packed at /blog/, and the list of what Workbox is to precache.
 *
 *     node demo/drop-in/build.mjs [--out DIR] [-- OPTIONS OF portside pack]
 */
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { x as run } from 'tinyexec';

const here = dirname(fileURLToPath(import.meta.url));
const project = resolve(here, '../..');
const app = join(here, 'app');

/** Bundled, not copied. */
const SCRIPTS = ['app.js', 'sw.js'];
/** Cached when they are first asked for: see app/sw.js. */
const AT_RUNTIME = ['images', 'api'];

const { values, positionals } = parseArgs({
  options: { out: { type: 'string', default: join(project, 'out/drop-in') } },
  allowPositionals: true,
});
const out = resolve(values.out);

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await cp(app, out, { recursive: true, filter: (path) => !SCRIPTS.includes(relative(app, path)) });
await pack();
await bundle('app.js', 'esm');
await bundle('sw.js', 'iife', { 'self.__WB_MANIFEST': JSON.stringify(await precacheManifest()) });

/** The command that anybody would use. */
async function pack() {
  const cli = join(project, 'dist/cli/portside.js');
  const options = ['--out', join(out, 'blog'), '--base', '/blog/', '--name', 'Journal', ...positionals];
  const { exitCode, stderr } = await run(process.execPath, [cli, 'pack', join(here, 'journal'), ...options]);
  if (exitCode !== 0) throw new Error(`portside pack failed: ${stderr}`);
}

/**
 * @param {string} script
 * @param {'esm' | 'iife'} format
 * @param {Record<string, string>} define
 */
async function bundle(script, format, define = {}) {
  await build({
    entryPoints: [join(app, script)],
    outfile: join(out, script),
    bundle: true,
    minify: true,
    format,
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"', ...define },
  });
}

/** What `workbox injectManifest` would list: the shop's own files, and the parts of the journal, so that it opens offline. */
async function precacheManifest() {
  const files = await readdir(out, { recursive: true, withFileTypes: true });
  const paths = files
    .filter((entry) => entry.isFile())
    .map((entry) => relative(out, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !AT_RUNTIME.includes(path.split('/')[0]))
    .filter((path) => !path.startsWith('blog/') || path.startsWith('blog/.portside/'));
  const entries = paths.sort().map(async (path) => {
    const revision = createHash('sha256')
      .update(await readFile(join(out, path)))
      .digest('hex');
    return { url: `/${path}`, revision };
  });
  return Promise.all(entries);
}
