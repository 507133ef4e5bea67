/** What Playground's page does: it hears the service worker's requests and has its worker answer them. */
import { consumeAPI } from '@php-wasm/universal';
import { responseTo } from '@php-wasm/web-service-worker';
import { register } from '../register.mjs';

const php = consumeAPI(new Worker('/worker.js', { type: 'module' }));
navigator.serviceWorker.addEventListener('message', async ({ data, source }) => {
  const response = await php[data.method](...data.args);
  source.postMessage(responseTo(data.requestId, response));
});
navigator.serviceWorker.startMessages();

await php.isConnected();
const booted = php.boot(new URL('/scope:bench/', location.href).href);
await register();
await booted;
await php.isReady();
const response = await fetch('/scope:bench/index.php');
await response.body.getReader().read();
globalThis.benchSays('first byte');
