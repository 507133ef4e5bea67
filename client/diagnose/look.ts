/** Looks at everything that the bridge depends on. Never rejects, and waits for nothing longer than a few seconds. */
import { BRIDGE_VERSION } from '../../protocol/bridge.js';
import { kernelLockName } from '../../protocol/site.js';
import { lookAtScript } from '../worker-script.js';
import type { DiagnosisFacts, StorageFacts, WorkerFacts } from './facts.js';
import { tryIsolatedFrame } from './isolated-frame.js';
import { askKernel } from './kernel.js';
import { inTime, storageFacts } from './probes.js';

export async function look(base: string, script: string): Promise<DiagnosisFacts> {
  const { container, serviceWorkers } = serviceWorkerContainer();
  const [registration, storage, workerScript, kernelLock] = await Promise.all([
    inTime(registrationOf(container, base), undefined),
    storageFacts(),
    inTime(lookAtScript(script), { kind: 'unreachable', reason: 'no answer' } as const),
    inTime(lockState(base), 'unknown' as const),
  ]);
  const worker = container?.controller ?? registration?.active;
  const sharedArrayBuffer = typeof SharedArrayBuffer !== 'undefined';
  return {
    at: new Date().toISOString(),
    userAgent: navigator.userAgent,
    // Of an inline document its parent's.
    url: location.protocol.startsWith('http') ? location.href : document.baseURI,
    base,
    script,
    protocolVersion: BRIDGE_VERSION,
    online: navigator.onLine,
    secureContext: isSecureContext,
    place: place(),
    serviceWorkers,
    registration: registration ? workerFacts(registration) : null,
    controller: container?.controller?.scriptURL ?? null,
    workerScript,
    crossOriginIsolated: self.crossOriginIsolated === true,
    sharedArrayBuffer,
    // Without a worker the host would answer.
    isolatedFrame: container?.controller && !sharedArrayBuffer ? await tryIsolatedFrame(base) : 'not asked',
    storage,
    privateWindow: looksPrivate(serviceWorkers, storage) ? 'likely' : 'unknown',
    kernelLock,
    kernel: container && worker ? await askKernel(container, worker, base) : { kind: 'not asked' },
  };
}

function serviceWorkerContainer(): {
  readonly container: ServiceWorkerContainer | undefined;
  readonly serviceWorkers: DiagnosisFacts['serviceWorkers'];
} {
  if (!('serviceWorker' in navigator)) return { container: undefined, serviceWorkers: 'missing' };
  try {
    return { container: navigator.serviceWorker, serviceWorkers: 'supported' };
  } catch {
    // Service Workers, section 3.4: the getter throws in a frame that is sandboxed without its origin.
    return { container: undefined, serviceWorkers: 'blocked' };
  }
}

async function registrationOf(
  container: ServiceWorkerContainer | undefined,
  base: string,
): Promise<ServiceWorkerRegistration | undefined> {
  return container?.getRegistration(base);
}

const workerFacts = ({ scope, installing, waiting, active }: ServiceWorkerRegistration): WorkerFacts => ({
  scope,
  installing: installing?.scriptURL ?? null,
  waiting: waiting?.scriptURL ?? null,
  active: active?.scriptURL ?? null,
});

function place(): DiagnosisFacts['place'] {
  if (self.top === self) return 'top';
  try {
    // Throws for a page of another origin.
    return self.top?.location.origin === location.origin ? 'same-origin frame' : 'cross-origin frame';
  } catch {
    return 'cross-origin frame';
  }
}

async function lockState(base: string): Promise<DiagnosisFacts['kernelLock']> {
  const { held = [] } = await navigator.locks.query();
  return held.some(({ name }) => name === kernelLockName(base)) ? 'held' : 'free';
}

/**
 * Private windows of Firefox and Safari refuse the origin private file system, which their other windows have wherever databases
 * work, and older Firefox has no service workers in them.
 */
function looksPrivate(
  serviceWorkers: DiagnosisFacts['serviceWorkers'],
  { fileSystem, indexedDb }: StorageFacts,
): boolean {
  const refusesFiles = typeof fileSystem === 'object' && indexedDb === 'works';
  const firefoxWithoutWorkers =
    serviceWorkers === 'missing' && isSecureContext && /\bFirefox\//.test(navigator.userAgent);
  return refusesFiles || firefoxWithoutWorkers;
}
