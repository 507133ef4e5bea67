/**
 * Calls `leaving` whenever the page may not run on: it is hidden, frozen or unloaded. `hidden` is the last that mobile browsers are sure to
 * tell (Page Lifecycle); the others come where it does not.
 */
export function whenLeaving(leaving: () => void, signal: AbortSignal): void {
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && leaving(), { signal });
  document.addEventListener('freeze', leaving, { signal });
  addEventListener('pagehide', leaving, { signal });
}
