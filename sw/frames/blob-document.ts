/**
 * Documents that a page of the site makes of a Blob, for a frame of its own. Chromium lets no service worker control a document
 * whose URL is `blob:` (HTML wants the one of its creator; seen in Chromium 156), so its styles and pictures would be asked of
 * the host, which has none of them. The shell sends such frames here, where what they hold has a URL in scope.
 */
import { type EmbedderPolicy, isolateEmbedded } from './isolation.js';

/** A network error, as of the `blob:` URL itself, where that was revoked. */
export async function blobDocument(url: string, policy: EmbedderPolicy): Promise<Response> {
  try {
    const { body, headers } = await fetch(url);
    const own = new Headers(headers);
    isolateEmbedded(own, policy);
    return new Response(body, { headers: own });
  } catch {
    return Response.error();
  }
}
