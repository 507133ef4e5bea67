/** Starts PHP in a worker while the service worker is registered, and hands the one to the other. */
import { register } from '../register.mjs';

const worker = new Worker('/worker.js', { type: 'module' });
const { port1, port2 } = new MessageChannel();
const booted = new Promise((resolve, reject) => {
  worker.onmessage = resolve;
  worker.onerror = (event) => reject(new Error(event.message));
});
worker.postMessage(new URL('/scope:bench/', location.href).href, [port1]);

const serviceWorker = await register();
serviceWorker.postMessage(null, [port2]);
await booted;
const response = await fetch('/scope:bench/index.php');
await response.body.getReader().read();
globalThis.benchSays('first byte');
