import { PortsideError } from '../protocol/errors.js';
import { noIsolationNote } from '../protocol/site.js';
import { forgetReload, reloadOnce } from './reload-once.js';

/**
 * Makes a page of a packed site cross-origin isolated where the browser does not isolate the frame of `startMachine`: the service
 * worker adds the headers, and the page is loaded once more to have them.
 *
 * @throws PortsideError `isolation-refused`, `storage-blocked`
 */
export async function becomeIsolated(base: string): Promise<void> {
  // In a frame, isolation is the embedder's to give: a reload changes nothing.
  if (!crossOriginIsolated && window === top) {
    await caches.open(noIsolationNote(base, navigator.userAgent));
    await reloadOnce('isolation', base);
  }
  if (!crossOriginIsolated || typeof SharedArrayBuffer === 'undefined') throw new PortsideError('isolation-refused');
  forgetReload('isolation', base);
}
