import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import commonjs from '@rollup/plugin-commonjs';
import resolve from '@rollup/plugin-node-resolve';
import esbuild from 'rollup-plugin-esbuild';
import license from 'rollup-plugin-license';
import { embedScripts } from './client/embed.mjs';

/** tough-cookie's public suffix list is six times the rest of it: sw/cookies/public-suffix.ts says why it can be done without. */
const withoutPublicSuffixList = {
  name: 'without-public-suffix-list',
  resolveId: (id) => (id === 'tldts' ? fileURLToPath(new URL('sw/cookies/public-suffix.ts', import.meta.url)) : null),
};

const plugins = (platform, minify) => [
  withoutPublicSuffixList,
  embedScripts(),
  resolve({ browser: platform === 'browser', preferBuiltins: true, extensions: ['.ts', '.mjs', '.js', '.json'] }),
  commonjs(),
  esbuild({ target: platform === 'browser' ? 'es2022' : 'node20', minify, sourceMap: true }),
];

/** Everything that is not ours stays an import: Node resolves it from node_modules. Only entries have no importer. */
const external = (id, importer) => importer !== undefined && !/^([./\0]|[A-Za-z]:)/.test(id);

const library = (name) => ({
  input: `${name}/index.ts`,
  output: { file: `dist/${name}/index.js`, format: 'es', sourcemap: true },
  plugins: plugins('browser', false),
});

const browserProcessWorker = 'kernel-host/platform/browser/process-worker.ts';
/** Its processes' script, for an app to serve. */
const processWorker = { file: 'dist/kernel-host/process-worker.js', format: 'es', sourcemap: true };

/** `portside/sw` as one script that `importScripts` takes. */
const classic = {
  input: 'sw/classic.ts',
  output: { file: 'dist/sw/classic.js', format: 'iife', name: 'portside', sourcemap: true },
  plugins: plugins('browser', true),
};

/** Leaves the licences of what a bundle holds, Portside's own among them, to `portside pack`, which collects them. */
const licenses = (name) =>
  license({
    thirdParty: {
      includeSelf: true,
      output: {
        file: `dist/site/licenses/${name}.json`,
        template: (packages) =>
          JSON.stringify(
            packages.map(({ name, version, license, licenseText }) => ({
              name,
              version,
              license,
              text: licenseText ?? '',
            })),
          ),
      },
    },
  });

/** What a packed site carries: `pack` copies these under names with the hash of their content. */
const packed = (input, name, format, ...more) => ({
  input,
  output: { file: `dist/site/${name}.js`, format, sourcemap: false, inlineDynamicImports: true },
  plugins: [...plugins('browser', true), licenses(name), ...more],
});

/** Puts the shell's page beside its bundle: the template that `pack` fills in. */
const shellPage = {
  name: 'shell-page',
  async generateBundle() {
    this.emitFile({
      type: 'asset',
      fileName: 'index.html',
      source: await readFile('client/shell/index.html', 'utf8'),
    });
  },
};

const node = (input, file) => ({
  input,
  external,
  output: { file, format: 'es', sourcemap: true, inlineDynamicImports: true },
  plugins: plugins('node', false),
});

/**
 * The command line, in pieces that load when a command needs them. It does not hold the kernel but imports it from where the kernel's
 * own bundle lies, because that finds its process worker beside itself.
 */
const kernelUnderNode = fileURLToPath(new URL('kernel-host/platform/node/index.js', import.meta.url));
const commandLine = {
  input: 'cli/portside.ts',
  external: (id, importer) => external(id, importer) || id.endsWith('/platform/node/index.js'),
  output: {
    dir: 'dist/cli',
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    format: 'es',
    sourcemap: true,
    paths: { [kernelUnderNode]: '../node/index.js' },
  },
  plugins: plugins('node', false),
};

const bundles = [
  library('sw'),
  classic,
  library('client'),
  library('kernel-host'),
  { ...library('kernel-host'), input: browserProcessWorker, output: processWorker },
  packed('sw/site.ts', 'sw', 'iife'),
  packed('client/shell/index.ts', 'shell', 'es', shellPage),
  packed('kernel-host/platform/browser/kernel-worker.ts', 'kernel-worker', 'es'),
  packed(browserProcessWorker, 'process-worker', 'es'),
  node('kernel-host/platform/node/process-worker.ts', 'dist/node/process-worker.js'),
  node('kernel-host/platform/node/index.ts', 'dist/node/index.js'),
  commandLine,
];

/** `ONLY=sw,client rollup -c` builds the bundles whose file name contains one of the words. */
const only = process.env.ONLY?.split(',');
export default only
  ? bundles.filter((bundle) => only.some((word) => (bundle.output.file ?? bundle.output.dir).includes(word)))
  : bundles;
