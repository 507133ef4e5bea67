/** Keeps the frames of a guest document served that would not be by themselves. */

import { BlankDocuments } from './blank-documents.js';
import { BlobFrames } from './blob-frames.js';
import { ScriptFrames } from './script-frames.js';

/** @param scope path of the folder that holds `.portside/` */
export function serveFrames(scope: string): void {
  // Without a worker for itself (after a hard reload) a document has nothing to serve others with.
  if (!navigator.serviceWorker?.controller) return;
  const frames = new Frames(scope);
  frames.watch(document);
  // A window may be filled as a frame is: pages for the printer are made so.
  const open = window.open;
  window.open = (...args) => {
    const opened = open.apply(window, args);
    if (opened) frames.fill(() => opened.document);
    return opened;
  };
}

class Frames {
  readonly #blobs: BlobFrames;
  readonly #scripts: ScriptFrames;
  readonly #blank = new BlankDocuments();
  readonly #watched = new WeakSet<Document>();

  constructor(scope: string) {
    this.#blobs = new BlobFrames(scope);
    this.#scripts = new ScriptFrames(scope);
  }

  /** Looks after the frames of `document`, as they come. */
  watch(document: Document): void {
    if (this.#watched.has(document)) return;
    this.#watched.add(document);
    const frames = document.getElementsByTagName('iframe');
    const observer = new MutationObserver((records) => {
      const changed = new Set<Node>();
      for (const { type, target } of records) if (type === 'attributes') changed.add(target);
      for (const frame of frames) this.#look(frame, changed.has(frame));
    });
    observer.observe(document, { attributes: true, attributeFilter: ['src'], childList: true, subtree: true });
    // A frame may get another document without any change of its element.
    document.addEventListener(
      'load',
      () => {
        for (const frame of frames) this.#look(frame, false);
      },
      true,
    );
  }

  #look(frame: HTMLIFrameElement, navigates: boolean): void {
    this.#blobs.serve(frame, navigates);
    this.#scripts.serve(frame);
    this.fill(() => frame.contentDocument);
  }

  /** Serves a document that scripts of this one may fill, if no worker does. */
  fill(find: () => Document | null): void {
    const filled = accessible(find);
    if (filled && this.#blank.serve(filled)) this.watch(filled);
  }
}

/** Null for another origin's, which `Window.document` throws for. */
function accessible(find: () => Document | null): Document | null {
  try {
    return find();
  } catch {
    return null;
  }
}
