/** The shell's part in tests of the service worker: registers it, starts a stub kernel, hands over ports, shows a frame. */
import { BRIDGE_VERSION } from '../../protocol/bridge.js';
import type { PageToWorker, WorkerToPage } from '../../protocol/page.js';
import type { SpokenVersion } from './stub-kernel.js';

declare global {
  interface Window {
    /** Starts a kernel worker and offers it to the service worker; one of another version where that is given. */
    startKernel(version?: SpokenVersion): void;
    stopKernel(): void;
    /** Messages that came from the service worker. */
    fromWorker: WorkerToPage[];
  }
}

const base = new URL(document.baseURI).pathname;
const { serviceWorker } = navigator;
let kernel: Worker | undefined;

function send(message: PageToWorker, transfer: Transferable[] = []): void {
  serviceWorker.controller?.postMessage(message, transfer);
}

function offer(): void {
  if (!kernel) return;
  const { port1, port2 } = new MessageChannel();
  kernel.postMessage({ type: 'connect', port: port1 }, [port1]);
  send({ portside: 'connect', version: BRIDGE_VERSION, base, isolated: crossOriginIsolated }, [port2]);
}

window.fromWorker = [];
window.startKernel = (version) => {
  kernel = new Worker(`${base}.portside/stub-kernel.js`, { type: 'module' });
  if (version) kernel.postMessage(version);
  offer();
};
window.stopKernel = () => {
  kernel?.terminate();
  kernel = undefined;
  send({ portside: 'disconnect', base });
};

serviceWorker.addEventListener('message', ({ data }: MessageEvent<WorkerToPage>) => {
  window.fromWorker.push(data);
  if (data.portside === 'port-wanted') offer();
});
serviceWorker.addEventListener('controllerchange', offer);

const { dataset } = document.documentElement;
await serviceWorker.register(dataset.worker ?? `${base}sw.js`, {
  scope: base,
  type: dataset.workerType === 'module' ? 'module' : 'classic',
});
await serviceWorker.ready;
if (!serviceWorker.controller) {
  await new Promise((resolve) => serviceWorker.addEventListener('controllerchange', resolve, { once: true }));
}
window.startKernel();
dataset.ready = '';
