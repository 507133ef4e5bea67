/**
 * What runs at the start of every guest document, before any script of the guest's: the service worker puts it there, as the
 * body of a function. Bundled small and to one classic script (client/embed.mjs); it must not throw.
 */
import type { DocumentConfig } from '../../protocol/document.js';
import { announceChange, installCookieStore } from './cookie-store.js';
import { installDocumentCookie } from './document-cookie.js';
import { serveEventSources } from './events/event-source.js';
import { serveFrames } from './frames/index.js';
import { SiteCookies } from './site-cookies.js';
import { serveUploadEvents } from './upload-events.js';
import { installWebSocket } from './web-socket/install.js';

declare const portsideDocument: DocumentConfig;

/** Says that this realm has been set up: a document may be written again into the window that it has. */
const MARK = Symbol.for('portside.document');

// Scripts of the guest's that look through the document find what the guest sent.
document.currentScript?.remove();
// A document with an origin of its own, as in a sandboxed frame, has no part in the site's storage.
if (self.origin !== 'null' && !(MARK in globalThis)) {
  Object.defineProperty(globalThis, MARK, { value: portsideDocument });
  const { serviceWorker } = navigator;
  if (serviceWorker?.controller) {
    const cookies = new SiteCookies(portsideDocument, serviceWorker, announceChange);
    installDocumentCookie(cookies);
    installCookieStore(cookies);
  }
  serveFrames(portsideDocument.scope);
  serveEventSources();
  serveUploadEvents();
  installWebSocket(portsideDocument);
}
