import { PortsideError } from '../../protocol/errors.js';
import { type FromKernelFrame, kernelFramePath, type ToKernelFrame } from '../../protocol/kernel-frame.js';
import type { FromMachine, ToMachine } from '../../protocol/machine.js';
import { type Connection, whileShown } from '../port-supply.js';
import type { KernelScript, KernelWorker, KernelWorkerEvents } from './kernel-worker.js';

/**
 * Milliseconds. The document's word is on its way before `load`; where another came in its place, or none, nothing tells, because an
 * isolated frame can no more be looked into than an error page.
 */
const GREETING_TIMEOUT = 5_000;

/**
 * A worker of a hidden frame of the page's own origin, which the service worker serves with Document-Isolation-Policy. Such a
 * frame is isolated by itself: neither the page nor what it shows needs COOP or COEP, and a first visit no second loading.
 * The browser puts the frame into a process of its own, where the page's scripts do not reach it (WICG, Document-Isolation-Policy).
 */
export class WorkerInFrame implements KernelWorker {
  readonly #frame: HTMLIFrameElement;
  readonly #port: MessagePort;
  readonly #events: KernelWorkerEvents;
  readonly #listening = new AbortController();
  /** For the worker: what is posted before it is there waits in the channel. */
  #workerPort: MessagePort | undefined;

  /** @param scope Path of the bridge whose service worker serves the frame. */
  constructor(scope: string, script: KernelScript, events: KernelWorkerEvents) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#workerPort = port2;
    this.#events = events;
    this.#frame = document.createElement('iframe');
    this.#frame.hidden = true;
    this.#frame.style.display = 'none';
    this.#frame.src = kernelFramePath(scope);
    const { signal } = this.#listening;
    port1.addEventListener('message', ({ data }: MessageEvent<FromMachine>) => events.message(data), { signal });
    port1.addEventListener('messageerror', () => this.#refuse(new PortsideError('protocol-mismatch')), { signal });
    port1.start();
    addEventListener(
      'message',
      ({ source, origin, data }: MessageEvent<unknown>) => {
        if (source !== this.#frame.contentWindow || origin !== location.origin || !isFromKernelFrame(data)) return;
        if (data.portside === 'kernel-error') events.error(data.message);
        else if (data.isolated) this.#start(script);
        else this.#refuse(new PortsideError('isolation-refused'));
      },
      { signal },
    );
    // Its process has crashed, or a script of the page has removed it.
    port1.addEventListener('close', () => events.error('The frame that it ran in has gone.'), { signal });
    this.#frame.addEventListener('load', () => setTimeout(() => this.#missGreeting(), GREETING_TIMEOUT), { signal });
    document.documentElement.append(this.#frame);
  }

  post(message: ToMachine, transfer: Transferable[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  serve(base: string): Connection {
    const renew = () => this.#tell({ portside: 'kernel-serve', base });
    renew();
    return whileShown({ renew, close: () => this.#tell({ portside: 'kernel-leave', base }) });
  }

  terminate(): void {
    this.#listening.abort();
    this.#port.close();
    this.#frame.remove();
  }

  #start({ url, name }: KernelScript): void {
    const port = this.#workerPort;
    this.#workerPort = undefined;
    if (port) this.#tell({ portside: 'kernel-start', script: url.href, name }, [port]);
  }

  #missGreeting(): void {
    if (this.#workerPort)
      this.#refuse(new PortsideError('service-worker-bypassed', 'The frame of the kernel did not load.'));
  }

  #refuse(error: PortsideError): void {
    if (this.#listening.signal.aborted) return;
    this.terminate();
    this.#events.refused(error);
  }

  #tell(message: ToKernelFrame, transfer: Transferable[] = []): void {
    this.#frame.contentWindow?.postMessage(message, location.origin, transfer);
  }
}

function isFromKernelFrame(data: unknown): data is FromKernelFrame {
  if (typeof data !== 'object' || data === null || !('portside' in data)) return false;
  if (data.portside === 'kernel-frame') return 'isolated' in data && typeof data.isolated === 'boolean';
  return data.portside === 'kernel-error' && 'message' in data && typeof data.message === 'string';
}
