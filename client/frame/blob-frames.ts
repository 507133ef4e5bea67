/**
 * Frames that a page of the site fills from a Blob are sent to where the service worker serves the same document, which it then
 * controls: sw/frames/blob-document.ts has the reason. WordPress' block editor shows what is written in such a frame.
 */
import { blobPath } from '../../protocol/site.js';

/** To be called for each document of the site. */
export function serveBlobFrames(document: Document, base: string, signal: AbortSignal): void {
  const prefix = `blob:${new URL(document.URL).origin}/`;
  const frames = document.getElementsByTagName('iframe');
  // A frame has a new window whenever it is put into the document, and then navigates again.
  const seen = new WeakMap<Window, string>();
  const serve = (frame: HTMLIFrameElement, again: boolean) => {
    const { contentWindow, src } = frame;
    if (!contentWindow || !src.startsWith(prefix) || isForeign(frame)) return;
    if (!again && seen.get(contentWindow) === src) return;
    seen.set(contentWindow, src);
    // The observer runs before the browser has begun to navigate, so the frame loads once.
    contentWindow.location.replace(blobPath(base, src));
  };
  const observer = new MutationObserver((records) => {
    const changed = new Set<Node>();
    for (const { type, target } of records) if (type === 'attributes') changed.add(target);
    for (const frame of frames) serve(frame, changed.has(frame));
  });
  observer.observe(document, { attributes: true, attributeFilter: ['src'], childList: true, subtree: true });
  signal.addEventListener('abort', () => observer.disconnect());
}

/** A frame of an origin of its own, which no service worker controls at any URL. */
const isForeign = (frame: HTMLIFrameElement): boolean =>
  frame.hasAttribute('sandbox') && !frame.sandbox.contains('allow-same-origin');
