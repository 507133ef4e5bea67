import { Workbox } from 'workbox-window';
import { PortsideError } from '../protocol/errors.js';
import { explainRegistrationFailure } from './registration-failure.js';
import { forgetReload, reloadOnce } from './reload-once.js';

export interface RegisterOptions {
  /** Scope: an absolute path that begins and ends with a slash. */
  readonly base: string;
  /** Absolute path of the service worker's script; `sw.js` in the base by default. */
  readonly script?: string;
}

/**
 * Registers the service worker and waits until it controls this page. A page that was loaded past an active worker, as
 * a forced reload does, is reloaded once.
 *
 * @throws PortsideError `insecure-origin`, `service-worker-unsupported`, `storage-blocked`, `service-worker-missing`,
 *   `service-worker-wrong-type`, `service-worker-scope`, `service-worker-failed`, `service-worker-bypassed`.
 */
export async function register(options: RegisterOptions): Promise<ServiceWorkerRegistration> {
  const { base, script = `${base}sw.js` } = options;
  const container = serviceWorkers();
  // Before `register`: the event may come while its promise is being settled.
  const control = nextController(container);
  const registration = await registerScript(base, script);
  if (!container.controller) await waitForControl(registration, control, base);
  forgetReload('control', base);
  return registration;
}

/** @throws PortsideError `insecure-origin`, `service-worker-unsupported`, `storage-blocked` */
export function serviceWorkers(): ServiceWorkerContainer {
  if (!isSecureContext) throw new PortsideError('insecure-origin', location.origin);
  if (!('serviceWorker' in navigator)) throw new PortsideError('service-worker-unsupported');
  try {
    return navigator.serviceWorker;
  } catch (cause) {
    // Service Workers, section 3.4: the getter throws SecurityError in a frame that is sandboxed without its origin.
    throw new PortsideError('storage-blocked', undefined, { cause });
  }
}

function nextController(container: ServiceWorkerContainer): Promise<void> {
  return new Promise((resolve) => {
    container.addEventListener('controllerchange', () => resolve(), { once: true });
  });
}

async function registerScript(scope: string, script: string): Promise<ServiceWorkerRegistration> {
  const workbox = new Workbox(script, { scope, updateViaCache: 'none' });
  let registration: ServiceWorkerRegistration | undefined;
  try {
    registration = await workbox.register({ immediate: true });
  } catch (error) {
    throw await explainRegistrationFailure(error, script);
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
  await reloadOnce('control', base);
  throw new PortsideError('service-worker-bypassed');
}

/** Resolves when `worker` is active; rejects when it was given up. */
function activation(worker: ServiceWorker): Promise<void> {
  return new Promise((resolve, reject) => {
    const check = () => {
      if (worker.state === 'activated') resolve();
      if (worker.state === 'redundant') reject(new PortsideError('service-worker-failed', worker.scriptURL));
    };
    worker.addEventListener('statechange', check);
    check();
  });
}
