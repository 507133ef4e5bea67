/**
 * `npm start`: installs what is missing, builds what is out of date, packs the demo site and serves it.
 * Runs on a fresh clone, so it uses nothing but Node. Arguments go to `portside serve`: `npm start -- --port 9000`.
 */
import { createServer } from 'node:net';
import { join } from 'node:path';
import { buildIfStale, installIfStale, root } from './prepare.mjs';

installIfStale();
buildIfStale();

const args = process.argv.slice(2);
if (!args.some((arg) => /^--port\b/.test(arg))) args.push('--port', String(await freePort(8080)));
process.argv.splice(2, Infinity, 'serve', join(root, 'demo/site'), '--name', 'Portside demo', ...args);
await import('../dist/cli/portside.js');

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
