/**
 * `npm run demo:drop-in`: installs what is missing, builds what is out of date, builds the shop and serves it. Runs on a fresh clone,
 * so it uses nothing but Node. Arguments go to serve.mjs: `npm run demo:drop-in -- --port 9000`.
 */
import { join } from 'node:path';
import { buildIfStale, installIfStale, root, step } from '../prepare.mjs';

installIfStale();
buildIfStale();
step('building the shop', process.execPath, 'demo/drop-in/build.mjs');
process.argv.splice(2, 0, join(root, 'out/drop-in'));
await import('./serve.mjs');
