/** The shell's part around `gated-kernel.ts`: the client's own code, without a boot. */
import { supplyPorts } from '../../client/port-supply.js';
import { register } from '../../client/registration.js';
import { type ShownSite, showSite } from '../../client/show-site.js';
import type { FromGatedKernel, ToGatedKernel } from './gated-kernel.js';

declare global {
  interface Window {
    /** Sends a message to the kernel. */
    tellKernel(message: ToGatedKernel): void;
    /** Resolves with the kernel's next message of that type. */
    fromKernel<Type extends FromGatedKernel['type']>(type: Type): Promise<Extract<FromGatedKernel, { type: Type }>>;
    /** Shows the site at the page's own address. */
    showSite(): ShownSite;
  }
}

const base = new URL(document.baseURI).pathname;
await register({ base });
const kernel = new Worker(`${base}.portside/stub-kernel.js`, { type: 'module' });
const send = (message: ToGatedKernel, transfer: Transferable[] = []) => kernel.postMessage(message, transfer);
supplyPorts({
  container: navigator.serviceWorker,
  base,
  isolated: crossOriginIsolated,
  connect: (port) => send({ type: 'connect', port }, [port]),
});

window.tellKernel = (message) => send(message);
window.fromKernel = (type) =>
  new Promise((resolve) => {
    const listener = ({ data }: MessageEvent<FromGatedKernel>) => {
      if (!isOfType(data, type)) return;
      kernel.removeEventListener('message', listener);
      resolve(data);
    };
    kernel.addEventListener('message', listener);
  });
window.showSite = () => {
  const frame = document.querySelector<HTMLIFrameElement>('iframe#portside-site');
  if (!frame) throw new Error('The page has no frame.');
  return showSite({ base, name: 'gated', frame });
};

function isOfType<Type extends FromGatedKernel['type']>(
  message: FromGatedKernel,
  type: Type,
): message is Extract<FromGatedKernel, { type: Type }> {
  return message.type === type;
}

document.documentElement.dataset.ready = '';
