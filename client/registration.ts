import { Workbox } from 'workbox-window';
import { PortsideError } from '../protocol/errors.js';
import type { PageToWorker } from '../protocol/page.js';
import { explainRegistrationFailure } from './registration-failure.js';
import { forgetReload, reloadOnce } from './reload-once.js';
import { serviceWorkers } from './service-workers.js';

export interface RegisterOptions {
  /** Scope: an absolute path that begins and ends with a slash. */
  readonly base: string;
  /**
   * Absolute path of the service worker's script; `sw.js` in the base by default. One that lies outside of the base has to be sent
   * with the header `Service-Worker-Allowed`.
   */
  readonly script?: string;
  /** `module` for a script with `import`; `classic` by default. */
  readonly type?: WorkerType;
}

/**
 * Registers the service worker and waits until it controls this page. A page that was loaded past an active worker, as
 * a forced reload does, asks it to take control; only where that does not help, the page is reloaded once.
 *
 * @throws PortsideError `insecure-origin`, `service-worker-unsupported`, `storage-blocked`, `service-worker-missing`,
 *   `service-worker-wrong-type`, `service-worker-scope`, `service-worker-failed`, `service-worker-bypassed`.
 */
export async function register(options: RegisterOptions): Promise<ServiceWorkerRegistration> {
  const { base, script = `${base}sw.js`, type = 'classic' } = options;
  const container = serviceWorkers();
  // Before `register`: the event may come while its promise is being settled.
  const control = nextController(container);
  const registered = registerScript(base, script, type);
  const known = await registrationInControl(container, script);
  if (known) {
    registered.catch((error: unknown) =>
      console.warn('portside: no new release of the site can be looked for.', error),
    );
    return known;
  }
  const registration = await registered;
  if (!container.controller) await waitForControl(registration, control, base);
  forgetReload('control', base);
  return registration;
}

/**
 * The registration that controls this page already. A later visit goes on with it at once: to register again only looks for
 * a new release, and Chromium was seen to take 3 s for it, behind a look that an earlier page had begun.
 */
async function registrationInControl(
  container: ServiceWorkerContainer,
  script: string,
): Promise<ServiceWorkerRegistration | undefined> {
  if (container.controller?.scriptURL !== new URL(script, location.href).href) return undefined;
  return container.getRegistration();
}

function nextController(container: ServiceWorkerContainer): Promise<void> {
  return new Promise((resolve) => {
    container.addEventListener('controllerchange', () => resolve(), { once: true });
  });
}

async function registerScript(scope: string, script: string, type: WorkerType): Promise<ServiceWorkerRegistration> {
  const workbox = new Workbox(script, { scope, type, updateViaCache: 'none' });
  let registration: ServiceWorkerRegistration | undefined;
  try {
    registration = await workbox.register({ immediate: true });
  } catch (error) {
    throw await explainRegistrationFailure(error, script, scope);
  }
  if (!registration) throw new PortsideError('service-worker-unsupported');
  return registration;
}

async function waitForControl(
  registration: ServiceWorkerRegistration,
  control: Promise<void>,
  base: string,
): Promise<void> {
  const arriving = registration.installing ?? registration.waiting;
  if (!registration.active && arriving) {
    // A first visit: the worker claims its clients while it activates.
    await Promise.race([control, activation(arriving)]);
    if (navigator.serviceWorker.controller) return;
  }
  // It is active and did not take this page: loaded by a forced reload, or before a worker that claims nothing.
  if (registration.active && (await claimed(registration.active, control, base))) return;
  await reloadOnce('control', base);
  throw new PortsideError('service-worker-bypassed');
}

/** A worker of another kind does not answer, and nothing tells. Milliseconds: many times what starting a worker takes. */
const CLAIM_TIMEOUT = 2_000;

/** Asks `worker` to take control; true once this page is controlled. */
async function claimed(worker: ServiceWorker, control: Promise<void>, base: string): Promise<boolean> {
  const message: PageToWorker = { portside: 'claim', base };
  worker.postMessage(message);
  const { promise: silence, stop } = timeLimit(CLAIM_TIMEOUT);
  await Promise.race([control, silence]);
  stop();
  return navigator.serviceWorker.controller !== null;
}

function timeLimit(milliseconds: number): { readonly promise: Promise<void>; stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const promise = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  return { promise, stop: () => clearTimeout(timer) };
}

/** Resolves when `worker` is active; rejects when it was given up. */
async function activation(worker: ServiceWorker): Promise<void> {
  await Promise.race([reaches(worker, 'activated'), givenUp(worker)]);
  if (worker.state === 'redundant') throw new PortsideError('service-worker-failed', worker.scriptURL);
}

const givenUp = (worker: ServiceWorker): Promise<void> => reaches(worker, 'redundant');

function reaches(worker: ServiceWorker, state: ServiceWorkerState): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (worker.state === state) resolve();
    };
    worker.addEventListener('statechange', check);
    check();
  });
}
