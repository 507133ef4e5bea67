import { PortsideError } from '../protocol/errors.js';
import { forgetReload, reloadOnce } from './reload-once.js';

/** Whether `becomeIsolated` will load the page once more, as it does on a first visit. */
export const loadsAgain = (): boolean => !crossOriginIsolated && window === top;

/**
 * Makes the page cross-origin isolated, which shared memory needs: the service worker adds the headers, and a page
 * that came from the host without them is loaded once more through it.
 *
 * @throws PortsideError `isolation-refused`
 */
export async function becomeIsolated(base: string): Promise<void> {
  // In a frame, isolation is the embedder's to give: a reload changes nothing.
  if (loadsAgain()) await reloadOnce('isolation', base);
  if (!crossOriginIsolated || typeof SharedArrayBuffer === 'undefined') throw new PortsideError('isolation-refused');
  forgetReload('isolation', base);
}
