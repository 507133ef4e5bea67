import type { PageToWorker } from '../../protocol/page.js';

/** An app may use the same channel for messages of its own: only ours carry `portside`. */
export function isPageMessage(data: unknown): data is PageToWorker {
  if (typeof data !== 'object' || data === null || !('portside' in data)) return false;
  if (data.portside === 'keep-alive') return true;
  if (!('base' in data) || typeof data.base !== 'string') return false;
  if (data.portside === 'take-over') return true;
  if (data.portside === 'connect') return 'version' in data && 'isolated' in data && typeof data.isolated === 'boolean';
  return data.portside === 'disconnect' || (data.portside === 'inspect' && 'version' in data);
}
