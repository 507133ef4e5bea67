/**
 * Frames that a page of the site fills from a Blob are sent to where the service worker serves the same document, which it then
 * controls: sw/frames/blob-document.ts has the reason. WordPress' block editor shows what is written in such a frame.
 */
import { blobPath } from '../../../protocol/site.js';

export class BlobFrames {
  readonly #scope: string;
  readonly #prefix = `blob:${location.origin}/`;
  /** A frame has a new window whenever it is put into the document, and then navigates again. */
  readonly #seen = new WeakMap<Window, string>();

  constructor(scope: string) {
    this.#scope = scope;
  }

  /** @param navigates `src` was set, be it to what it was before */
  serve(frame: HTMLIFrameElement, navigates: boolean): void {
    const { contentWindow, src } = frame;
    if (!contentWindow || !src.startsWith(this.#prefix) || isForeign(frame)) return;
    if (!navigates && this.#seen.get(contentWindow) === src) return;
    this.#seen.set(contentWindow, src);
    // Observers run before the browser has begun to navigate, so the frame loads once.
    contentWindow.location.replace(blobPath(this.#scope, src));
  }
}

/** A frame of an origin of its own, which no service worker controls at any URL. */
const isForeign = (frame: HTMLIFrameElement): boolean =>
  frame.hasAttribute('sandbox') && !frame.sandbox.contains('allow-same-origin');
