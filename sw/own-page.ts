import { type EmbedderPolicy, isolateEmbedded } from './frames/isolation.js';

/**
 * A page of the bridge's own: it boots nothing, and needs no isolation, but may be shown in a page that has it. What it shows comes from
 * guests, so that nothing but its own script may run in it.
 * @param script a script of the client's, bundled, which makes all of the page
 */
export function ownPage(title: string, script: string, policy: EmbedderPolicy): Response {
  const nonce = crypto.randomUUID();
  const headers = new Headers({
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': `default-src 'none'; script-src 'nonce-${nonce}'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'`,
    'Referrer-Policy': 'no-referrer',
  });
  isolateEmbedded(headers, policy);
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<body>
<script nonce="${nonce}">${script}</script>
</html>
`;
  return new Response(page, { headers });
}
