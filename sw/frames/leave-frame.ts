/**
 * A redirect of the shell's frame to another site, as to a payment or a sign-in, ends nowhere: an isolated page may not show that
 * site in a frame, and only the browser sees where a redirect leads. So the frame gets a page that takes the whole tab there.
 */

import { isFrameDestination } from '../routing/route.js';
import { type EmbedderPolicy, isolateEmbedded } from './isolation.js';

/** Fetch, section 2.2.6: "redirect status". With 307 and 308 a body would have to go along, which no script can do. */
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const KEEP_BODY = new Set([307, 308]);

/** The page to answer with in place of `answer`; undefined where the frame can show what comes. */
export function leaveFrame(request: Request, answer: Response, policy: EmbedderPolicy): Response | undefined {
  if (request.mode !== 'navigate' || !isFrameDestination(request.destination)) return undefined;
  if (!REDIRECTS.has(answer.status) || (KEEP_BODY.has(answer.status) && request.method !== 'GET')) return undefined;
  const target = URL.parse(answer.headers.get('Location') ?? '', request.url);
  if (!target || !/^https?:$/.test(target.protocol) || target.origin === new URL(request.url).origin) return undefined;
  const headers = new Headers({ 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' });
  isolateEmbedded(headers, policy);
  return new Response(leavingPage(target.href), { headers });
}

/**
 * The address of the tab follows the frame's, and "back" leads to what it was last: so the frame takes on the address of the page
 * before, and the other site takes the place of the frame's new entry.
 */
const leavingPage = (href: string): string => `<!doctype html>
<meta charset="utf-8">
<title>Leaving</title>
<script>
if (document.referrer.startsWith(location.origin + '/')) history.replaceState(null, '', document.referrer);
// A frame within a page of the site goes by itself: only the shell's own frame stands for the tab.
(parent === top ? top : window).location.replace(${JSON.stringify(href).replaceAll('<', '\\u003c')});
</script>
`;
