/**
 * The one script that guest documents get at their start. It gives their scripts what a worker can't give by answering requests,
 * such as the cookies that a synthetic response is not allowed to set.
 */
import { BRIDGE_VERSION } from '../../protocol/bridge.js';
import type { CookieSnapshot } from '../../protocol/cookies.js';
import type { DocumentConfig } from '../../protocol/document.js';
import type { GuestRoute } from '../routing/route.js';
import type { GuestBody } from '../transport/exchange.js';
import { admitConnection, admitInlineScript } from './content-security-policy.js';
import { insertScript } from './insert-script.js';

export interface DocumentScriptOptions {
  /** Of the page. */
  readonly origin: string;
  /** Path that names the machine. */
  readonly scope: string;
  /** The script: one expression statement or more, in which `portsideDocument` is a `DocumentConfig`. */
  readonly source: string;
  /** What scripts may see of the site's cookies. */
  readonly cookies: () => Promise<CookieSnapshot>;
}

export interface GuestDocument {
  readonly request: { readonly mode: string; readonly method: string };
  readonly route: GuestRoute;
  readonly status: number;
  /** As they will be released; policies and lengths are changed in place. */
  readonly headers: Headers;
}

const encoder = new TextEncoder();

/** Fetch section 2.2.6, "redirect status": the browser shows nothing of what comes with these. */
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** 144 bits: CSP section 7.1 asks for 128 at least. */
const NONCE_BYTES = 18;

export class DocumentScript {
  readonly #options: DocumentScriptOptions;

  constructor(options: DocumentScriptOptions) {
    this.#options = options;
  }

  /** `body` with the script in it, if it is a document that a tab or frame will show. */
  async addTo(body: GuestBody, document: GuestDocument): Promise<GuestBody> {
    const { headers } = document;
    if (body === null || !isShownDocument(document)) return body;
    const admission = admitInlineScript(headers, createNonce);
    if (admission.kind === 'refused') return body;
    const { origin, scope, cookies } = this.#options;
    admitConnection(headers, `${origin}${scope}.portside/cookies`);
    headers.delete('Content-Length');
    const { base, port } = document.route;
    const config: DocumentConfig = { version: BRIDGE_VERSION, scope, routeBase: base, port, cookies: await cookies() };
    return insertScript(body, this.#element(config, admission.nonce));
  }

  /** Called as a function, so that the configuration is no global of the page. */
  #element(config: DocumentConfig, nonce: string | undefined): Uint8Array<ArrayBuffer> {
    const attribute = nonce === undefined ? '' : ` nonce="${nonce}"`;
    const call = `(function(portsideDocument){${this.#options.source}})(${scriptJson(config)})`;
    return encoder.encode(`<script${attribute}>${call}</script>`);
  }
}

function isShownDocument({ request, status, headers }: GuestDocument): boolean {
  return (
    request.mode === 'navigate' &&
    status !== 206 &&
    !(REDIRECTS.has(status) && headers.has('Location')) &&
    isAsciiHtml(headers.get('Content-Type') ?? '') &&
    // What could not be decoded here is decoded by nobody.
    !headers.has('Content-Encoding') &&
    !/^\s*attachment/i.test(headers.get('Content-Disposition') ?? '')
  );
}

/** Not XHTML, whose parser would take the script for markup, and not UTF-16, of which the script's bytes are no part. */
const isAsciiHtml = (contentType: string): boolean =>
  /^\s*text\/html\s*(?:;|$)/i.test(contentType) && !/;\s*charset\s*=\s*["']?\s*utf-?16/i.test(contentType);

/** JSON that is a JavaScript expression in ASCII and ends no script element, whatever the document's encoding is. */
export const scriptJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[<\x7f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const createNonce = (): string => {
  const bytes = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  return btoa(String.fromCharCode(...bytes));
};
