import type { Unanswered } from '../../../protocol/bridge.js';
import type { LostRequests } from '../../../protocol/page.js';
import { kernelChannelName, workerLockName } from '../../../protocol/site.js';
import type { WorkerLives } from '../../http/bridge-servers.js';

/** The browser frees the lock that a service worker holds with the worker, however that ends (Web Locks, section 2.7). */
export function browserWorkerLives(base: string): WorkerLives {
  const pages = new BroadcastChannel(kernelChannelName(base));
  return {
    watch(worker, ended) {
      navigator.locks.request(workerLockName(worker), { mode: 'shared' }, ended).catch((error: unknown) => {
        // Where storage is blocked, locks are too: the next worker's hello says the same, later.
        console.warn('portside: the end of a service worker cannot be seen.', error);
      });
    },
    lost(requests: readonly Unanswered[]) {
      pages.postMessage({ portside: 'unanswered', requests } satisfies LostRequests);
    },
  };
}
