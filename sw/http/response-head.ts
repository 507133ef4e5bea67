/** From the head that a guest wrote to one that a browser takes from a service worker. Pure. */
import type { HeaderList } from '../../protocol/bridge.js';
import { PortsideError } from '../../protocol/errors.js';
import { allowOwnFrame, type EmbedderPolicy, isolateEmbedded } from '../frames/isolation.js';
import { toBrowser, type UrlSpace } from '../routing/guest-url.js';
import { isFrameDestination } from '../routing/route.js';

export interface GuestHead {
  readonly status: number;
  readonly statusText: string;
  readonly headers: HeaderList;
}

/** What a Response is made of, but for its body. */
export interface ResponseHead {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
}

export interface ResponseContext extends UrlSpace {
  /** Request target, in the guest's space. */
  readonly target: string;
  readonly destination: string;
  readonly saveAs: string | undefined;
  readonly policy: EmbedderPolicy;
}

/** Fetch section 2.2.3: a Response of these must be made with a null body. */
const NULL_BODY_STATUSES = new Set([204, 205, 304]);

/** RFC 9110 section 7.6.1: of this connection only. Set-Cookie goes to the jar: a synthetic response can't set cookies. */
const NOT_PASSED_ON = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'set-cookie',
]);

const ISOLATED_DESTINATIONS = new Set(['worker', 'sharedworker']);

export const isNullBodyStatus = (status: number): boolean => NULL_BODY_STATUSES.has(status);

/** Throws `guest-bad-response` for a status that a Response can't have (Fetch: 200 to 599). */
export function buildResponseInit(head: GuestHead, context: ResponseContext): ResponseHead {
  if (head.status < 200 || head.status > 599) {
    throw new PortsideError('guest-bad-response', `Its status was ${head.status}.`);
  }
  const headers = new Headers();
  for (const [name, value] of head.headers) {
    const lowerCased = name.toLowerCase();
    if (NOT_PASSED_ON.has(lowerCased)) continue;
    appendHeader(headers, name, mapHeader(lowerCased, value, context));
  }
  isolate(headers, context);
  if (context.saveAs !== undefined && head.status < 300) makeAttachment(headers, context.saveAs, context.target);
  return { status: head.status, statusText: reasonPhrase(head.statusText), headers };
}

export const setCookiesOf = (headers: HeaderList): string[] =>
  headers.filter(([name]) => name.toLowerCase() === 'set-cookie').map(([, value]) => value);

function mapHeader(name: string, value: string, context: ResponseContext): string {
  switch (name) {
    case 'location':
      return toBrowser(escapeBytes(value), context.target, context)?.href ?? value;
    case 'content-location':
      return mapReference(value, context);
    case 'refresh':
      // "5; url=/next", as in HTML's shared declarative refresh steps.
      return value.replace(
        /^(\s*[\d.]+\s*[;,]\s*(?:url\s*=\s*)?)(['"]?)(.+?)\2\s*$/i,
        (whole, before: string, _quote: string, url: string) => {
          const mapped = mapReference(url, context);
          return mapped === url ? whole : before + mapped;
        },
      );
    case 'link':
      return value.replace(/<([^>]*)>/g, (_, url: string) => `<${mapReference(url, context)}>`);
    case 'content-disposition':
      return nameInUtf8(value);
    default:
      return value;
  }
}

/** As the guest wrote it, unless the browser would take it for another URL than the guest meant. */
function mapReference(reference: string, context: ResponseContext): string {
  const mapped = toBrowser(escapeBytes(reference), context.target, context)?.href;
  const { base } = context.route;
  const own = URL.parse(reference, context.origin + base.slice(0, -1) + context.target)?.href;
  return mapped === undefined || mapped === own ? reference : mapped;
}

/** Values hold bytes as the characters of the same numbers; in a URL browsers escape each byte of a header as it is. */
const escapeBytes = (value: string): string =>
  value.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * A file name that was sent as UTF-8, as many sites do and browsers take it. Chromium encodes the characters of a worker's header
 * once more, so that it is given the form of RFC 6266 section 4.3, which is ASCII.
 */
function nameInUtf8(value: string): string {
  const name = /;\s*filename\s*=\s*(?:"([^"]*)"|([^;"\s]+))/i.exec(value);
  const bytes = name?.[1] ?? name?.[2] ?? '';
  if (!/[\x80-\xff]/.test(bytes) || /;\s*filename\*\s*=/i.test(value)) return value;
  const text = decodeUtf8(bytes);
  return text === undefined
    ? value
    : value.replace(name?.[0] ?? '', () => `; filename*=UTF-8''${encodeExtended(text)}`);
}

/** Undefined where the bytes are no UTF-8. */
function decodeUtf8(bytes: string): string | undefined {
  try {
    return decodeURIComponent(escapeBytes(bytes.replaceAll('%', '%25')));
  } catch {
    return undefined;
  }
}

function isolate(headers: Headers, context: ResponseContext): void {
  if (isFrameDestination(context.destination)) {
    isolateEmbedded(headers, context.policy);
    allowOwnFrame(headers);
  } else if (ISOLATED_DESTINATIONS.has(context.destination)) {
    isolateEmbedded(headers, context.policy);
  }
}

/** HTML, "downloading hyperlinks": a name that the server gives wins over the link's, and that over the URL's. */
function makeAttachment(headers: Headers, saveAs: string, target: string): void {
  const given = /;.*\bfilename\*?\s*=.*$/i.exec(headers.get('Content-Disposition') ?? '')?.[0];
  const [path = ''] = target.split('?', 1);
  const name = saveAs || path.slice(path.lastIndexOf('/') + 1) || 'download';
  headers.set('Content-Disposition', `attachment${given ?? `; filename*=UTF-8''${encodeExtended(name)}`}`);
}

/** RFC 8187 section 3.2.1: what `encodeURIComponent` leaves alone and an extended value may not hold. */
const encodeExtended = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** A guest may write what `Headers` refuses (a space in a name, a NUL in a value); browsers drop such fields as well. */
function appendHeader(headers: Headers, name: string, value: string): void {
  if (/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name) && !/[\0\r\n]|[^\0-\xff]/.test(value)) headers.append(name, value);
}

/** RFC 9112 section 4: HTAB, SP, VCHAR and obs-text; anything else makes the Response constructor throw. */
const reasonPhrase = (text: string): string => (/^[\t\x20-\x7e\x80-\xff]*$/.test(text) ? text : '');
