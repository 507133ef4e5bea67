/**
 * Cross-origin isolation on hosts where headers can't be set: SharedArrayBuffer exists in documents that are served with
 * Document-Isolation-Policy, which Chromium alone has; else only in those with COOP and COEP, and only when every frame in
 * them carries COEP too (HTML, "cross-origin isolation").
 */

/** Values of Cross-Origin-Embedder-Policy; `unsafe-none` is what a document without one has. */
export type EmbedderPolicy = 'unsafe-none' | 'credentialless' | 'require-corp';

/** Chromium has Document-Isolation-Policy from 137 on the desktop and 146 on Android, but not in the web views of apps. */
export function isolatesDocuments(userAgent: string): boolean {
  const version = Number(/(?:Chrome|Chromium)\/(\d+)/.exec(userAgent)?.[1] ?? 0);
  const android = /Android/.test(userAgent);
  return version >= (android ? 146 : 137) && !(android && /\bwv\b/.test(userAgent));
}

/**
 * `credentialless` lets pages show images of other sites, which `require-corp` blocks. Nothing tells a worker whether the
 * browser knows it, and an unknown value isolates nothing, so this goes by the engine: Chromium from 96 and Firefox from
 * 119 on the desktop have it, WebKit (all browsers on iOS) and Firefox for Android do not.
 */
export function embedderPolicyFor(userAgent: string): EmbedderPolicy {
  const webkit = /AppleWebKit\//.test(userAgent) && !/(?:Chrome|Chromium|HeadlessChrome)\//.test(userAgent);
  const firefoxForAndroid = /Android.*Firefox\//.test(userAgent);
  return webkit || firefoxForAndroid ? 'require-corp' : 'credentialless';
}

/** For a document that fills a tab. */
export function isolateTopLevel(headers: Headers, policy: EmbedderPolicy): void {
  if (policy === 'unsafe-none') return;
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  isolateEmbedded(headers, policy);
}

/** For a document in a frame of an isolated one, and for the script of a worker in it. Others keep what they have. */
export function isolateEmbedded(headers: Headers, policy: EmbedderPolicy): void {
  if (policy === 'unsafe-none') return;
  const own = headers.get('Cross-Origin-Embedder-Policy');
  if (own === null || !/^\s*(?:credentialless|require-corp)\b/.test(own)) {
    headers.set('Cross-Origin-Embedder-Policy', policy);
  }
  if (!headers.has('Cross-Origin-Resource-Policy')) headers.set('Cross-Origin-Resource-Policy', 'same-origin');
}

/**
 * The shell shows the site in a frame of the same origin, which a site that forbids framing never expected. Framing by
 * the own origin is allowed, and nothing else: `X-Frame-Options: SAMEORIGIN` and `frame-ancestors 'self'` look at every
 * ancestor, so another site that frames the shell is still kept out.
 */
export function allowOwnFrame(headers: Headers): void {
  if (headers.has('X-Frame-Options')) headers.set('X-Frame-Options', 'SAMEORIGIN');
  for (const name of ['Content-Security-Policy', 'Content-Security-Policy-Report-Only']) {
    const policy = headers.get(name);
    if (policy !== null) headers.set(name, addSelfToFrameAncestors(policy));
  }
}

/** CSP Level 3: policies are separated by commas, directives by semicolons; the first of a name counts. */
function addSelfToFrameAncestors(header: string): string {
  return header.replace(
    /(^|[;,])(\s*)frame-ancestors(\s[^;,]*|(?=[;,]|$))/gi,
    (_, before: string, space: string, list: string) => {
      const sources = list.split(/\s+/).filter((source) => source !== '' && !/^'(?:none|self)'$/i.test(source));
      return `${before}${space}${["frame-ancestors 'self'", ...sources].join(' ')}`;
    },
  );
}
