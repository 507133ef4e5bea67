/**
 * Some states of a page only a reload can change: it was loaded past its service worker, or without its isolation headers.
 * If one reload did not help, the next will not either; a note in sessionStorage keeps it from looping.
 */
import { PortsideError } from '../protocol/errors.js';

export type ReloadReason = 'control' | 'isolation';

const key = (reason: ReloadReason, base: string): string => `portside:reload:${reason}:${base}`;

/**
 * Reloads the page unless it was reloaded for this reason already.
 * @returns never, when it reloads; otherwise once, having forgotten the reload, so that a person's retry tries again.
 * @throws PortsideError `storage-blocked`: without a note a reload might loop.
 */
export function reloadOnce(reason: ReloadReason, base: string): Promise<void> {
  const storage = session();
  if (storage.getItem(key(reason, base)) !== null) {
    storage.removeItem(key(reason, base));
    return Promise.resolve();
  }
  storage.setItem(key(reason, base), '');
  location.reload();
  return new Promise(() => {});
}

/** The state has come about: a later loss of it may reload again. */
export function forgetReload(reason: ReloadReason, base: string): void {
  session().removeItem(key(reason, base));
}

/** The getter itself throws where the browser blocks storage. */
function session(): Storage {
  try {
    return sessionStorage;
  } catch (cause) {
    throw new PortsideError('storage-blocked', undefined, { cause });
  }
}
