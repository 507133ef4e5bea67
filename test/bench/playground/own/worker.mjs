/** The engine behind Playground's own remote procedure calls. */
import { exposeAPI, PHPWorker } from '@php-wasm/universal';
import { boot } from '../engine.mjs';

class Endpoint extends PHPWorker {
  async boot(base) {
    const handler = await boot(base);
    this.__internal_setRequestHandler(handler);
    setReady();
  }
}

const [setReady, setFailed] = exposeAPI(new Endpoint());
self.addEventListener('unhandledrejection', ({ reason }) => setFailed(reason));
