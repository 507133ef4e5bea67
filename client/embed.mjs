/**
 * Scripts that a bundle holds as text, because the service worker writes them into pages of its own making: an import of
 * `./page.ts?script` is the text of that entry, bundled and minified to one classic script. For rollup, and for the esbuild of tests.
 */
import { dirname, resolve } from 'node:path';
import { build } from 'esbuild';

const SUFFIX = '?script';

/** @param {string} entry absolute path of a module */
async function scriptText(entry) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    legalComments: 'none',
  });
  return outputFiles[0]?.text ?? '';
}

/** @type {() => import('rollup').Plugin} */
export const embedScripts = () => ({
  name: 'embed-scripts',
  resolveId: (id, importer) =>
    id.endsWith(SUFFIX) && importer ? `\0${resolve(dirname(importer), id.slice(0, -SUFFIX.length))}${SUFFIX}` : null,
  async load(id) {
    if (!id.startsWith('\0') || !id.endsWith(SUFFIX)) return null;
    return `export default ${JSON.stringify(await scriptText(id.slice(1, -SUFFIX.length)))};`;
  },
});

/** @type {import('esbuild').Plugin} */
export const embedScriptsWithEsbuild = {
  name: 'embed-scripts',
  setup(bundle) {
    bundle.onResolve({ filter: /\?script$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.slice(0, -SUFFIX.length)),
      namespace: 'embedded-script',
    }));
    bundle.onLoad({ filter: /.*/, namespace: 'embedded-script' }, async ({ path }) => ({
      contents: await scriptText(path),
      loader: 'text',
    }));
  },
};
