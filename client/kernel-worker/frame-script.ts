/** The script of the hidden frame that a kernel runs in: see protocol/kernel-frame.ts. The service worker embeds it. */
import type { FromKernelFrame, ToKernelFrame } from '../../protocol/kernel-frame.js';
import type { ToMachine } from '../../protocol/machine.js';
import { type Connection, supplyPorts } from '../port-supply.js';

let worker: Worker | undefined;
const supplies = new Map<string, Connection>();

const tell = (message: FromKernelFrame): void => parent.postMessage(message, location.origin);
const post = (message: ToMachine, transfer: Transferable[]): void => worker?.postMessage(message, transfer);

addEventListener('message', ({ source, origin, data, ports }: MessageEvent<unknown>) => {
  if (source !== parent || origin !== location.origin || !isToKernelFrame(data)) return;
  switch (data.portside) {
    case 'kernel-start': {
      const [port] = ports;
      if (worker || !port) return;
      worker = new Worker(data.script, { type: 'module', name: data.name });
      worker.addEventListener('error', ({ message = '' }) => tell({ portside: 'kernel-error', message }));
      post({ type: 'control', port }, [port]);
      break;
    }
    case 'kernel-serve':
      supplies.get(data.base)?.close();
      supplies.set(
        data.base,
        supplyPorts({
          container: navigator.serviceWorker,
          base: data.base,
          isolated: false,
          connect: (port) => post({ type: 'connect', port }, [port]),
        }),
      );
      break;
    case 'kernel-leave':
      supplies.get(data.base)?.close();
      supplies.delete(data.base);
      break;
  }
});

function isToKernelFrame(data: unknown): data is ToKernelFrame {
  if (typeof data !== 'object' || data === null || !('portside' in data)) return false;
  if (data.portside === 'kernel-start')
    return 'script' in data && typeof data.script === 'string' && 'name' in data && typeof data.name === 'string';
  const serving = data.portside === 'kernel-serve' || data.portside === 'kernel-leave';
  return serving && 'base' in data && typeof data.base === 'string';
}

tell({ portside: 'kernel-frame', isolated: crossOriginIsolated });
