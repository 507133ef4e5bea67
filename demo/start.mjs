/**
 * `npm start`: installs what is missing, builds what is out of date, packs the demo site and serves it.
 * Runs on a fresh clone, so it uses nothing but Node. Arguments go to `portside serve`: `npm start -- --port 9000`.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What the build reads, and what it writes last of each kind. */
const sources = ['cli', 'client', 'kernel-host', 'protocol', 'sw', 'rollup.config.mjs', 'package-lock.json'];
const outputs = [
  'dist/cli/portside.js',
  'dist/node/index.js',
  'dist/node/process-worker.js',
  'dist/site/index.html',
  'dist/site/kernel-worker.js',
  'dist/site/process-worker.js',
  'dist/site/shell.js',
  'dist/site/sw.js',
];

// npm writes this file at the end of every installation.
if (changedAt('node_modules/.package-lock.json') < changedAt('package-lock.json')) npm('installing dependencies', 'ci');
if (Math.min(...outputs.map(changedAt)) < Math.max(...sources.flatMap(allFiles).map(changedAt))) {
  npm('building', 'run', 'build');
}

const args = process.argv.slice(2);
if (!args.some((arg) => /^--port\b/.test(arg))) args.push('--port', String(await freePort(8080)));
process.argv.splice(2, Infinity, 'serve', join(root, 'demo/site'), '--name', 'Portside demo', ...args);
await import('../dist/cli/portside.js');

/** Milliseconds since the epoch; before everything for what does not exist. */
function changedAt(path) {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? Number.NEGATIVE_INFINITY;
}

function allFiles(path) {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path), { recursive: true }).map((name) => join(path, name));
}

function npm(what, ...command) {
  console.error(`portside: ${what}`);
  // On Windows npm is a batch file, which only a shell runs.
  const { status, error } = spawnSync('npm', command, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** The first port from `port` on that nothing listens on. */
async function freePort(port) {
  const server = createServer();
  const free = await new Promise((resolve, reject) => {
    server.once('listening', () => resolve(true));
    server.once('error', (error) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error)));
    server.listen(port, '127.0.0.1');
  });
  if (!free) return freePort(port + 1);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
