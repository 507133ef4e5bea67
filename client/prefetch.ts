/** Downloading while a first visit waits for its service worker and its second loading: the boot then finds all it needs. */
import { type FromMachine, MACHINE_VERSION, type ToMachine } from '../protocol/machine.js';
import type { SiteConfig } from '../protocol/site.js';

export interface Prefetch {
  /** Resolves when all that a boot downloads has been stored, or could not be; never rejects. */
  readonly done: Promise<void>;
}

/** @param onProgress bytes as served, over all downloads. */
export function prefetch(site: SiteConfig, onProgress: (loaded: number, total: number) => void): Prefetch {
  const url = new URL(site.assets.kernelWorker.path, new URL(site.base, location.origin));
  const worker = new Worker(url, { type: 'module', name: `portside downloads of ${site.base}` });
  const done = new Promise<void>((resolve) => {
    worker.addEventListener('message', ({ data }: MessageEvent<FromMachine>) => {
      if (data.type === 'progress') onProgress(data.loaded, data.total);
      else if (data.type === 'prefetched') resolve();
    });
    // The boot meets the same trouble, and says what it is.
    worker.addEventListener('error', () => resolve());
  });
  const request: ToMachine = { type: 'prefetch', version: MACHINE_VERSION, site, origin: location.origin };
  worker.postMessage(request);
  return { done: done.finally(() => worker.terminate()) };
}
