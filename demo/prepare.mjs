/**
 * What `npm start` and `npm test` need before they can begin: dependencies installed, bundles built. Runs on a fresh clone, so
 * it uses nothing but Node.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** What the build reads, and what it writes last of each kind. */
const sources = ['cli', 'client', 'kernel-host', 'protocol', 'sw', 'rollup.config.mjs', 'package-lock.json'];
const outputs = [
  'dist/cli/portside.js',
  'dist/client/index.js',
  'dist/node/index.js',
  'dist/node/process-worker.js',
  'dist/site/index.html',
  'dist/site/kernel-worker.js',
  'dist/site/process-worker.js',
  'dist/site/shell.js',
  'dist/site/sw.js',
  'dist/sw/classic.js',
  'dist/sw/index.js',
];

/** npm writes node_modules/.package-lock.json at the end of every installation. */
export function installIfStale() {
  if (changedAt('node_modules/.package-lock.json') < changedAt('package-lock.json')) {
    step('installing dependencies', 'npm', 'ci');
  }
}

/** Bundles only: types are for those who change the code, and `npm test` checks them. */
export function buildIfStale() {
  if (Math.min(...outputs.map(changedAt)) < Math.max(...sources.flatMap(allFiles).map(changedAt))) {
    step('building', 'npx', 'rollup', '-c');
  }
}

/** Runs a command with its output in sight; ends this process with its status when it fails. */
export function step(what, command, ...args) {
  console.error(`portside: ${what}`);
  const status = run(command, ...args);
  if (status !== 0) process.exit(status);
}

/** Runs a command with its output in sight: its exit status. */
export function run(command, ...args) {
  // On Windows npm is a batch file, which only a shell runs.
  const shell = process.platform === 'win32';
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell });
  if (error) throw error;
  return status ?? 1;
}

/** Milliseconds since the epoch; before everything for what does not exist. */
function changedAt(path) {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? Number.NEGATIVE_INFINITY;
}

function allFiles(path) {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path), { recursive: true }).map((name) => join(path, name));
}
