/**
 * Makes two right answers equal: what depends on the clock, on chance, or on where a server happens to live is
 * replaced by its name. Nothing else is touched, so whatever differs afterwards is a difference.
 */
import { gunzipSync } from 'node:zlib';
import { headerValues, type PageResponse } from './compare-exchange.js';

/** Where one of the two servers lives. */
export interface Habitat {
  /** `host:port`, as requests name it. */
  readonly host: string;
  /** Port that the server itself believes it listens on. */
  readonly port: number;
  /** Absolute path of the document root, as the server sees it. */
  readonly root: string;
}

/** An answer as lines: what is compared, and what a reader sees in a difference. */
export interface Transcript {
  readonly head: readonly string[];
  readonly body: readonly string[];
}

export interface NormaliseOptions {
  /** Headers (lower case) left out: hop-by-hop ones where the way to the server has none. */
  readonly withoutHeaders?: ReadonlySet<string>;
  /** Lines of head or body that may differ, or be there on one side only: they are left out on both. */
  readonly mayDiffer?: readonly RegExp[];
  /** `'ignored'`: only its presence counts. */
  readonly body?: 'compared' | 'ignored';
}

/** Dates this close to the present come from the clock; all others were written by a page and stay. */
const CLOCK_RANGE_MS = 400 * 24 * 3600 * 1000;
/** A longer text body is compared by length and digest: its lines say no more. */
const LONGEST_SHOWN = 256 * 1024;

export async function transcript(
  response: PageResponse,
  habitat: Habitat,
  options: NormaliseOptions = {},
): Promise<Transcript> {
  const { withoutHeaders = new Set(), mayDiffer = [], body = 'compared' } = options;
  const compared = (line: string) => !mayDiffer.some((pattern) => pattern.test(line));
  const lines = await bodyLines(response);
  const shown = body === 'ignored' ? [lines.length === 0 ? '<empty>' : '<some body>'] : lines;
  const head = response.headers
    .filter(([name]) => !withoutHeaders.has(name.toLowerCase()))
    .filter(([name]) => body === 'compared' || name.toLowerCase() !== 'content-length')
    // HTTP gives no meaning to the order of different names (RFC 9110 section 5.3), nor to their case.
    .map(([name, value]) => `${name.toLowerCase()}: ${value}`)
    .toSorted((a, b) => compareNames(a, b));
  return {
    head: [`status ${response.status}`, ...head.map((line) => nameless(line, habitat)).filter(compared)],
    body: shown.map((line) => nameless(line, habitat)).filter(compared),
  };
}

/** By name alone: equal names keep their order, which has a meaning. */
function compareNames(a: string, b: string): number {
  const [nameA, nameB] = [a.slice(0, a.indexOf(':')), b.slice(0, b.indexOf(':'))];
  return nameA < nameB ? -1 : nameA > nameB ? 1 : 0;
}

async function bodyLines(response: PageResponse): Promise<string[]> {
  // Packers of different versions write different bytes of the same content.
  const gzipped = headerValues(response.headers, 'content-encoding').includes('gzip') && response.body.length > 0;
  const bytes = gzipped ? gunzipSync(response.body) : response.body;
  if (bytes.length === 0) return [];
  const text = bytes.length <= LONGEST_SHOWN ? decode(bytes) : undefined;
  if (text === undefined) return [`<${bytes.length} bytes, sha256 ${await digest(bytes)}>`];
  return text.split('\n');
}

/** The text, or undefined where the bytes are none. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

async function digest(bytes: Uint8Array): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes))).toString('hex');
}

const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
/** RFC 9110 section 5.6.7, IMF-fixdate, and PHP 7's form with dashes in cookies. */
const HTTP_DATE = new RegExp(`${DAY}, \\d\\d[ -]${MONTH}[ -]\\d{4} \\d\\d:\\d\\d:\\d\\d GMT`, 'g');

function nameless(line: string, { host, port, root }: Habitat): string {
  return (
    line
      .replaceAll(host, '<host>')
      .replaceAll(root, '<root>')
      .replaceAll(
        new RegExp(`(\\b127\\.0\\.0\\.1:|\\blocalhost:|_PORT: "|portside-pages-)${port}(?!\\d)`, 'g'),
        '$1<port>',
      )
      .replaceAll(HTTP_DATE, (date) =>
        Math.abs(Date.parse(date.replaceAll('-', ' ')) - Date.now()) < CLOCK_RANGE_MS ? '<now>' : date,
      )
      // Releases of one PHP version differ in their last number.
      .replaceAll(/\bPHP([/ ])(\d+\.\d+)\.\d+(?:-[\w.+]+)?/g, 'PHP$1$2.x')
      .replaceAll(/(SESSID(?:=|":"))[\w,-]{22,}/g, '$1<session>')
      .replaceAll(/\/tmp\/(php|sess_)[\w,-]{6,}/g, '/tmp/$1<chance>')
  );
}
