/** Asks the kernel who listens, by the way that requests go: through the service worker, then past it. */
import { BRIDGE_VERSION } from '../../protocol/bridge.js';
import type { FromInspected, ToInspected } from '../../protocol/inspect.js';
import type { PageToWorker, WorkerToPage } from '../../protocol/page.js';
import type { KernelFacts } from './facts.js';
import { inTime } from './probes.js';

/** Milliseconds. A kernel that runs answers at once; one that boots may take longer than somebody wants to wait for a diagnosis. */
const PATIENCE = 5000;

export async function askKernel(
  container: ServiceWorkerContainer,
  worker: ServiceWorker,
  base: string,
): Promise<KernelFacts> {
  const { port1, port2 } = new MessageChannel();
  const done = new AbortController();
  const { signal } = done;
  const answer = new Promise<KernelFacts>((resolve) => {
    port1.addEventListener('message', ({ data }: MessageEvent<FromInspected>) => {
      if (data.type !== 'snapshot') return;
      const processes = data.processes.map(({ pid, name, state }) => `${pid} ${name} ${state}`);
      resolve({ kind: 'running', processes, listening: data.listeners.map(({ address }) => address) });
    });
    container.addEventListener(
      'message',
      ({ data }: MessageEvent<unknown>) => {
        if (isRefusal(data) && data.base === base)
          resolve({ kind: 'refused', code: data.code, detail: data.detail ?? '' });
      },
      { signal },
    );
  });
  port1.start();
  container.startMessages();
  const ask: PageToWorker = { portside: 'inspect', version: BRIDGE_VERSION, base };
  worker.postMessage(ask, [port2]);
  const tell = (message: ToInspected): void => port1.postMessage(message);
  tell({ type: 'snapshot' });
  const facts = await inTime<KernelFacts, KernelFacts>(answer, { kind: 'silent' }, PATIENCE);
  done.abort();
  tell({ type: 'bye' });
  port1.close();
  return facts;
}

type Refusal = Extract<WorkerToPage, { readonly portside: 'not-inspected' }>;

const isRefusal = (data: unknown): data is Refusal =>
  typeof data === 'object' && data !== null && 'portside' in data && data.portside === 'not-inspected';
