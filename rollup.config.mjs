import commonjs from '@rollup/plugin-commonjs';
import resolve from '@rollup/plugin-node-resolve';
import esbuild from 'rollup-plugin-esbuild';

/** Bundled dependencies leave their licence texts to `portside pack`, which collects them. */
const plugins = (platform, minify) => [
  resolve({ browser: platform === 'browser', preferBuiltins: true, extensions: ['.ts', '.mjs', '.js', '.json'] }),
  commonjs(),
  esbuild({ target: platform === 'browser' ? 'es2022' : 'node20', minify, sourceMap: true }),
];

/** Everything that is not ours stays an import: Node resolves it from node_modules. */
const external = (id) => /^node:/.test(id) || (!/^[./]/.test(id) && !id.startsWith('\0') && !/^[A-Za-z]:/.test(id));

const library = (name) => ({
  input: `${name}/index.ts`,
  output: { file: `dist/${name}/index.js`, format: 'es', sourcemap: true },
  plugins: plugins('browser', false),
});

/** What a packed site carries: `pack` copies these under names with the hash of their content. */
const packed = (input, name, format) => ({
  input,
  output: { file: `dist/site/${name}.js`, format, sourcemap: false, inlineDynamicImports: true },
  plugins: plugins('browser', true),
});

const node = (input, file) => ({
  input,
  external,
  output: { file, format: 'es', sourcemap: true, inlineDynamicImports: true },
  plugins: plugins('node', false),
});

const bundles = [
  library('sw'),
  library('client'),
  library('kernel-host'),
  packed('sw/site.ts', 'sw', 'iife'),
  packed('client/shell/index.ts', 'shell', 'es'),
  packed('kernel-host/platform/browser/kernel-worker.ts', 'kernel-worker', 'es'),
  packed('kernel-host/platform/browser/process-worker.ts', 'process-worker', 'es'),
  node('kernel-host/platform/node/process-worker.ts', 'dist/node/process-worker.js'),
  node('kernel-host/platform/node/index.ts', 'dist/node/index.js'),
  node('cli/portside.ts', 'dist/cli/portside.js'),
];

/** `rollup -c --environment ONLY:sw,client` builds the bundles whose file name contains one of the words. */
const only = process.env.ONLY?.split(',');
export default only ? bundles.filter((bundle) => only.some((word) => bundle.output.file.includes(word))) : bundles;
