/** Why a registration failed. Browsers tell it in prose, each in its own; so the script is fetched and looked at. */
import { PortsideError } from '../protocol/errors.js';

/** HTML, section 4.6.1 of MIME Sniffing: the essences of JavaScript that hosts use. */
const JAVASCRIPT_TYPE = /^\s*(?:text|application)\/(?:x-)?(?:java|ecma)script\s*(?:;|$)/i;

/** @param scope Absolute path, as it was asked for. */
export async function explainRegistrationFailure(
  cause: unknown,
  script: string,
  scope: string,
): Promise<PortsideError> {
  let response: Response;
  try {
    response = await fetch(script, { cache: 'no-store' });
  } catch {
    return new PortsideError('service-worker-missing', script, { cause });
  }
  if (!response.ok) return new PortsideError('service-worker-missing', `${script}: HTTP ${response.status}`, { cause });
  const type = response.headers.get('content-type') ?? '';
  if (!JAVASCRIPT_TYPE.test(type)) {
    return new PortsideError('service-worker-wrong-type', `${script}: ${type || 'no Content-Type'}`, { cause });
  }
  const allowed = response.headers.get('service-worker-allowed');
  if (!isAllowed(scope, script, allowed)) {
    const detail = `${script} asks for ${scope}, and its host sends ${allowed === null ? 'no Service-Worker-Allowed' : `Service-Worker-Allowed: ${allowed}`}.`;
    return new PortsideError('service-worker-scope', detail, { cause });
  }
  const name = cause instanceof Error || cause instanceof DOMException ? cause.name : '';
  // Chromium reports blocked storage as NotSupportedError, Firefox as SecurityError for any script.
  if (name === 'NotSupportedError' || !(await storageIsOpen()))
    return new PortsideError('storage-blocked', undefined, { cause });
  if (name === 'SecurityError') return new PortsideError('service-worker-scope', script, { cause });
  return new PortsideError('service-worker-failed', cause instanceof Error ? cause.message : undefined, { cause });
}

/** Service Workers, "Update", step 7: the widest scope is the script's folder, or what the header says against the script's URL. */
export function isAllowed(scope: string, script: string, header: string | null): boolean {
  const url = new URL(script, location.href);
  const widest = header === null ? new URL('./', url) : URL.parse(header, url);
  return widest?.origin === url.origin && new URL(scope, url).pathname.startsWith(widest.pathname);
}

async function storageIsOpen(): Promise<boolean> {
  try {
    await caches.has('portside');
    return true;
  } catch {
    // That it throws is the answer.
    return false;
  }
}
