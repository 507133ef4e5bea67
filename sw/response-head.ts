/** From the head that a guest wrote to one that a browser takes from a service worker. Pure. */
import type { HeaderList } from '../protocol/bridge.js';
import { PortsideError } from '../protocol/errors.js';
import { toBrowser, type UrlSpace } from './guest-url.js';
import { allowOwnFrame, type EmbedderPolicy, isolateEmbedded } from './isolation.js';
import { isFrameDestination } from './route.js';

export interface GuestHead {
  readonly status: number;
  readonly statusText: string;
  readonly headers: HeaderList;
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
export function buildResponseInit(head: GuestHead, context: ResponseContext): ResponseInit & { headers: Headers } {
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
    case 'content-location':
      return toBrowser(value, context.target, context)?.href ?? value;
    case 'refresh':
      // "5; url=/next", as in HTML's shared declarative refresh steps.
      return value.replace(
        /^(\s*[\d.]+\s*[;,]\s*(?:url\s*=\s*)?)(['"]?)(.+?)\2\s*$/i,
        (whole, before: string, _quote: string, url: string) => {
          const mapped = toBrowser(url, context.target, context);
          return mapped ? before + mapped.href : whole;
        },
      );
    case 'link':
      return value.replace(/<([^>]*)>/g, (whole, url: string) => {
        const mapped = toBrowser(url, context.target, context);
        return mapped ? `<${mapped.href}>` : whole;
      });
    default:
      return value;
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
