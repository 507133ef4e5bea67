/** What the service worker tells the script that it puts at the start of a guest's documents. Types only. */
import type { BRIDGE_VERSION } from './bridge.js';
import type { CookieSnapshot } from './cookies.js';

/** JSON, written into the document. */
export interface DocumentConfig {
  readonly version: typeof BRIDGE_VERSION;
  /** Path that names the machine and holds `.portside/`. Begins and ends with a slash, as does `routeBase`. */
  readonly scope: string;
  /** Folder of URLs that this document's guest takes for its root. */
  readonly routeBase: string;
  /** Guest TCP port that this document came from. */
  readonly port: number;
  readonly cookies: CookieSnapshot;
}
