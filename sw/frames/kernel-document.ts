/**
 * The document of the hidden frame that a kernel runs in. Document-Isolation-Policy alone isolates it, whatever page it is in, and
 * the scripts of its workers need no headers (seen in Chromium 156); with COEP they would.
 */
export function kernelDocument(script: string): Response {
  const nonce = crypto.randomUUID();
  const headers = {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Document-Isolation-Policy': 'isolate-and-credentialless',
    // Workers have the policies of their own scripts: this one is of the frame alone.
    'Content-Security-Policy': `default-src 'none'; script-src 'nonce-${nonce}'; worker-src 'self'; frame-ancestors 'self'`,
  };
  // HTML, section 4.12.1.3: neither may stand in a script; both occur only in strings of a minified one.
  const text = script.replace(/<(?=\/script|!--)/gi, '\\x3C');
  return new Response(`<!doctype html><title>Portside</title><script nonce="${nonce}">${text}</script>`, { headers });
}
