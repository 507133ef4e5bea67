import { PortsideError } from '../protocol/errors.js';

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
