/** Where a request comes from, of which a worker is told no more than the referrer, and that may be left out. Pure. */
import { isFrameDestination } from './route.js';

export interface InitiatorFacts {
  readonly method: string;
  readonly mode: string;
  readonly destination: string;
  readonly referrer: string;
}

/** In the words of Sec-Fetch-Site (Fetch Metadata Request Headers, section 2.3). */
export type Initiator = 'same-origin' | 'cross-site' | 'none';

/** RFC 9110 section 9.2.1, as far as navigations go. */
export const isSafe = (method: string): boolean => method === 'GET' || method === 'HEAD';

export function initiatorOf({ method, mode, destination, referrer }: InitiatorFacts, origin: string): Initiator {
  // A worker gets the subresources of its own origin's documents alone.
  if (mode !== 'navigate') return 'same-origin';
  const from = URL.parse(referrer);
  if (from !== null && /^https?:$/.test(from.protocol)) return from.origin === origin ? 'same-origin' : 'cross-site';
  if (isSafe(method)) return 'none';
  // A form: a page sent it, in any case. Frames of another site's are not of this worker, whose storage is partitioned by the
  // tab's site; a tab may have been on any site, and one that hides it is not to be trusted.
  return isFrameDestination(destination) ? 'same-origin' : 'cross-site';
}
