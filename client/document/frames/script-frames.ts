/**
 * Frames whose `javascript:` URL makes their document. In an isolated page, as all of ours are, Chromium shows an error in its place
 * (seen in Chromium 156, without any service worker), but not where the URL is evaluated in a document that has come from somewhere:
 * so the frame gets one first, which a service worker controls besides.
 */
import { blankPath } from '../../../protocol/site.js';

/** Values that make no document: what is there stays. */
const MAKES_NONE = /^javascript:\s*(?:void\b|false\b|undefined\b|;|$)/i;

export class ScriptFrames {
  readonly #scope: string;
  readonly #seen = new WeakMap<Window, string>();

  constructor(scope: string) {
    this.#scope = scope;
  }

  serve(frame: HTMLIFrameElement): void {
    const { contentWindow, contentDocument, src } = frame;
    if (!contentWindow || !contentDocument || !/^javascript:/i.test(src) || MAKES_NONE.test(src)) return;
    // A script that has filled the frame already means to keep what is there.
    if (contentDocument.URL !== 'about:blank' || contentDocument.body?.hasChildNodes()) return;
    if (this.#seen.get(contentWindow) === src) return;
    this.#seen.set(contentWindow, src);
    frame.addEventListener('load', () => contentWindow.location.assign(src), { once: true });
    // Observers run before the browser has begun to evaluate the URL.
    contentWindow.location.replace(blankPath(this.#scope));
  }
}
