import { type EmbedderPolicy, isolateEmbedded } from './isolation.js';

/**
 * An empty document with a URL in scope. Chromium gives the empty document of a new frame no service worker (seen in Chromium 156),
 * whatever a script then writes into it; this one is controlled.
 */
export function blankDocument(policy: EmbedderPolicy): Response {
  const headers = new Headers({ 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' });
  isolateEmbedded(headers, policy);
  return new Response('<!doctype html><title></title>', { headers });
}
