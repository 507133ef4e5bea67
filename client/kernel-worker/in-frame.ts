import { PortsideError } from '../../protocol/errors.js';
import { type FromKernelFrame, kernelFramePath, type ToKernelFrame } from '../../protocol/kernel-frame.js';
import type { FromMachine, ToMachine } from '../../protocol/machine.js';
import type { Connection } from '../port-supply.js';
import type { KernelScript, KernelWorker, KernelWorkerEvents } from './kernel-worker.js';

/**
 * Milliseconds. A frame whose document did not come fires `load` as well, and cannot be looked into any more than an isolated one;
 * the document's own word is on its way before `load`, so that this is waited for in vain or not at all.
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
    this.#frame.addEventListener('load', () => this.#look(), { signal });
    document.documentElement.append(this.#frame);
  }

  post(message: ToMachine, transfer: Transferable[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  serve(base: string): Connection {
    this.#tell({ portside: 'kernel-serve', base });
    return { close: () => this.#tell({ portside: 'kernel-leave', base }) };
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

  /** A document that can be looked into shares the page's agent cluster: it is not isolated, or not ours. */
  #look(): void {
    const refuse = () => {
      if (this.#workerPort) this.#refuse(new PortsideError('isolation-refused'));
    };
    if (this.#frame.contentDocument !== null) refuse();
    else setTimeout(refuse, GREETING_TIMEOUT);
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
