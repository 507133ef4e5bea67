/** What a person sees when a request could not be served: a small page, or JSON where that is what the client reads. */
import { type ErrorCode, errorTexts, type PortsideError } from '../../protocol/errors.js';

/** Codes after which asking again is likely to help, with the seconds to wait: a warm start takes about two. */
const RETRY_AFTER: Partial<Record<ErrorCode, number>> = { 'kernel-booting': 2, 'kernel-unreachable': 5 };

const DEFAULT_STATUS = 502;

export interface ErrorContext {
  readonly accept: string;
  readonly navigation: boolean;
  readonly method: string;
  /** Path of the page that shows what the kernel does. */
  readonly inspector: string;
}

export function errorResponse(error: PortsideError, context: ErrorContext): Response {
  const { code, detail } = error;
  const { status = DEFAULT_STATUS } = error.text;
  const retryAfter = RETRY_AFTER[code];
  const headers = new Headers({ 'Cache-Control': 'no-store', 'X-Portside-Error': code });
  if (retryAfter !== undefined) headers.set('Retry-After', String(retryAfter));
  if (wantsJson(context.accept)) {
    const { sentence, remedy } = errorTexts[code];
    headers.set('Content-Type', 'application/json');
    return new Response(JSON.stringify({ code, sentence, remedy, ...(detail && { detail }) }), { status, headers });
  }
  headers.set('Content-Type', 'text/html; charset=utf-8');
  // Only a GET may be repeated without asking.
  const repeatable = context.navigation && context.method === 'GET';
  return new Response(errorPage(error, repeatable, retryAfter, context.inspector), { status, headers });
}

const wantsJson = (accept: string): boolean =>
  /\b(?:application|text)\/(?:[\w.-]+\+)?json\b/i.test(accept) && !/\btext\/html\b/i.test(accept);

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);

function errorPage(
  { code, detail }: PortsideError,
  repeatable: boolean,
  retryAfter: number | undefined,
  inspector: string,
): string {
  const { sentence, remedy } = errorTexts[code];
  const refresh = repeatable && retryAfter !== undefined ? `<meta http-equiv="refresh" content="${retryAfter}">\n` : '';
  // In the shell's frame the browser's own button would load the shell anew, and the kernel with it.
  const again = repeatable ? '  <p><a href="">Try again</a></p>\n' : '';
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${refresh}<title>${escapeHtml(sentence)}</title>
<style>
  :root { color-scheme: light dark; font: 1rem/1.55 system-ui, sans-serif; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: light-dark(#f6f7f9, #15181d); color: light-dark(#1c2127, #e6e9ee); }
  main { max-width: 34rem; padding: 2rem; }
  h1 { font-size: 1.4rem; line-height: 1.3; margin: 0 0 .75rem; }
  p { margin: 0 0 .75rem; }
  a { color: light-dark(#0b6e75, #56c2c6); }
  code { font: .85rem/1.4 ui-monospace, monospace; color: light-dark(#5b6572, #a0a9b6); }
</style>
<main>
  <h1>${escapeHtml(sentence)}</h1>
${detail ? `  <p>${escapeHtml(detail)}</p>\n` : ''}  <p>${escapeHtml(remedy)}</p>
${again}  <p><code>${escapeHtml(code)}</code> · <a href="${escapeHtml(inspector)}" target="_blank" rel="noopener">inspector</a></p>
</main>
</html>
`;
}
