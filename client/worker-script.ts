/** A look at the script of a service worker as its host serves it: what would keep a browser from taking it. */
import type { ErrorCode } from '../protocol/errors.js';

/** HTML, section 4.6.1 of MIME Sniffing: the essences of JavaScript that hosts use. */
const JAVASCRIPT_TYPE = /^\s*(?:text|application)\/(?:x-)?(?:java|ecma)script\s*(?:;|$)/i;

export type WorkerScript =
  | { readonly kind: 'unreachable'; readonly reason: string }
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** Content-Type; empty where there is none. */
      readonly type: string;
      /** Service-Worker-Allowed. */
      readonly allowed: string | null;
    };

/** Never rejects. */
export async function lookAtScript(script: string): Promise<WorkerScript> {
  try {
    const { status, headers } = await fetch(script, { cache: 'no-store' });
    return {
      kind: 'answered',
      status,
      type: headers.get('content-type') ?? '',
      allowed: headers.get('service-worker-allowed'),
    };
  } catch (error) {
    return { kind: 'unreachable', reason: String(error) };
  }
}

export interface ScriptProblem {
  readonly code: ErrorCode;
  readonly detail: string;
}

/** What is wrong with it. @param script and @param scope URLs or absolute paths, of `location`'s origin */
export function scriptProblem(
  looked: WorkerScript,
  script: string,
  scope: string,
  location: string,
): ScriptProblem | undefined {
  if (looked.kind === 'unreachable') return { code: 'service-worker-missing', detail: `${script}: ${looked.reason}` };
  const { status, type, allowed } = looked;
  if (status < 200 || status > 299) return { code: 'service-worker-missing', detail: `${script}: HTTP ${status}` };
  if (!JAVASCRIPT_TYPE.test(type)) {
    return { code: 'service-worker-wrong-type', detail: `${script}: ${type || 'no Content-Type'}` };
  }
  if (isAllowed(scope, script, allowed, location)) return undefined;
  const sent = allowed === null ? 'no Service-Worker-Allowed' : `Service-Worker-Allowed: ${allowed}`;
  return { code: 'service-worker-scope', detail: `${script} asks for ${scope}, and its host sends ${sent}.` };
}

/** Service Workers, "Update", step 7: the widest scope is the script's folder, or what the header says against the script's URL. */
function isAllowed(scope: string, script: string, header: string | null, location: string): boolean {
  const url = new URL(script, location);
  const widest = header === null ? new URL('./', url) : URL.parse(header, url);
  return widest?.origin === url.origin && new URL(scope, url).pathname.startsWith(widest.pathname);
}
