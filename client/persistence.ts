/** What a page does for the files that its kernel stores: has the browser keep them, remembers that there are some. */
import { storedNote } from '../protocol/site.js';

/**
 * Asks the browser to keep the origin's data when space runs short (Storage Standard; Firefox asks its user), and leaves a note by which a
 * later visit tells an eviction from a first visit.
 */
export async function keepStored(base: string): Promise<void> {
  try {
    localStorage.setItem(storedNote(base), new Date().toISOString());
  } catch {
    // Full or blocked: an eviction will look like a first visit.
  }
  // Already granted, or refused: the browser knows better than to be asked twice.
  if (!(await navigator.storage?.persisted())) await navigator.storage?.persist();
}

/** Whether the site of `base` has stored files on this device, as far as is remembered. */
export function hasStored(base: string): boolean {
  try {
    return localStorage.getItem(storedNote(base)) !== null;
  } catch {
    return false;
  }
}

/** The files are gone, or their loss was told. */
export function forgetStored(base: string): void {
  try {
    localStorage.removeItem(storedNote(base));
  } catch {
    // Then nothing was noted either.
  }
}
