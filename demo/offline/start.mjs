/**
 * `npm run demo:offline`: a site to show with the network off. Installs what is missing, builds what is out of date, packs the logbook and
 * serves it; keys stop and start the server and publish a new edition. Runs on a fresh clone, so it uses nothing but Node.
 * Arguments go to `portside serve`: `npm run demo:offline -- --port 9000`.
 */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, emitKeypressEvents } from 'node:readline';
import { buildIfStale, installIfStale, root } from '../prepare.mjs';

installIfStale();
buildIfStale();

const portside = join(root, 'dist/cli/portside.js');
const folder = join(root, 'out/offline');
const [site, packed] = [join(folder, 'site'), join(folder, 'packed')];
const arguments_ = process.argv.slice(2);
if (!arguments_.some((argument) => /^--port\b/.test(argument))) arguments_.push('--port', '8080');
let edition = 1;
/** @type {import('node:child_process').ChildProcess | undefined} */
let server;

pack();
await serve();
console.log(`
How to show it:
  1. Open the address, and wait until the line below the site says "Works offline".
  2. Press s here: the server is gone. Or turn the network off.
  3. Reload, write an entry, open a second tab, close the browser and open it again: the site goes on.
  4. Press s again, then u: a new edition is there, and "Update ready" appears in the line when the page is reloaded.
`);
keys();

/** The site as it is published: an edition of its own each time. */
function pack() {
  rmSync(site, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(join(root, 'demo/offline/site'), site, { recursive: true });
  writeFileSync(join(site, 'edition.txt'), String(edition));
  const options = ['--out', packed, '--name', 'Logbook', '--status'];
  execFileSync(process.execPath, [portside, 'pack', site, ...options], { stdio: 'inherit' });
}

/** Resolves when it serves; the process ends with a server that could not. */
function serve() {
  return new Promise((resolve) => {
    const started = spawn(process.execPath, [portside, 'serve', packed, ...arguments_], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    server = started;
    createInterface({ input: started.stdout }).on('line', (line) => {
      console.log(line);
      resolve(undefined);
    });
    started.on('exit', (status) => server === started && process.exit(status ?? 1));
  });
}

function stop() {
  const stopped = server;
  server = undefined;
  stopped?.kill('SIGTERM');
}

function quit() {
  stop();
  process.exit(0);
}

function keys() {
  process.on('SIGINT', quit);
  process.on('SIGTERM', quit);
  if (!process.stdin.isTTY) return;
  console.log('Keys: s stops or starts the server, u publishes a new edition, q ends.');
  emitKeypressEvents(process.stdin);
  process.stdin.setRawMode(true);
  process.stdin.on('keypress', async (_, { name, ctrl }) => {
    if (name === 'q' || (ctrl && name === 'c')) quit();
    if (name === 's' && server) {
      stop();
      console.log('The server is gone.');
    } else if (name === 's') {
      await serve();
    }
    if (name === 'u') {
      edition++;
      pack();
      console.log(`Edition ${edition} is published.`);
    }
  });
}
