/**
 * A visitor who sets up a WordPress and uses it, by the same requests that its pages make. Works through any fetcher: one
 * that shows redirects and cookies, as a socket does, or one that handles both by itself, as a browser does.
 */
import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import { CookieJar } from 'tough-cookie';
import { type Fetcher, headerValues, type PageRequest, type PageResponse } from './compare-exchange.js';

const ACCOUNT = { name: 'harbourmaster', password: 'a lamp in every window 7', email: 'master@example.com' };
const TITLE = 'Portside & friends';

export interface WordpressVisit {
  /** What was seen, step by step, for a report. */
  readonly steps: readonly string[];
  readonly postUrl: string;
  readonly pictureUrl: string;
  /** Names of the smaller pictures that WordPress made. */
  readonly sizes: readonly string[];
}

/**
 * From WordPress' own installer to a post with a picture on the front page.
 *
 * @param origin as the fetcher's server is named in links, without a slash at the end
 * @throws Error that says at which step which text was missing
 */
export async function visitWordpress(fetch: Fetcher, origin: string): Promise<WordpressVisit> {
  const visitor = new Visitor(fetch, origin);
  const steps: string[] = [];
  const seen = (step: string, response: PageResponse) => steps.push(`${step}: ${response.body.length} bytes`);

  seen('installer', await visitor.open('/', 'name="weblog_title"'));
  const installed = await visitor.submit('/wp-admin/install.php?step=2', 'Success!', {
    weblog_title: TITLE,
    user_name: ACCOUNT.name,
    admin_password: ACCOUNT.password,
    admin_password2: ACCOUNT.password,
    admin_email: ACCOUNT.email,
    Submit: 'Install WordPress',
    language: '',
  });
  seen('installed', installed);

  seen('login form', await visitor.open('/wp-login.php', 'name="log"'));
  const dashboard = await visitor.submit('/wp-login.php', 'id="dashboard-widgets"', {
    log: ACCOUNT.name,
    pwd: ACCOUNT.password,
    'wp-submit': 'Log In',
    redirect_to: `${origin}/wp-admin/`,
    testcookie: '1',
  });
  seen('dashboard', dashboard);

  const uploader = await visitor.open('/wp-admin/media-new.php', 'async-upload');
  const uploadNonce = found(uploader, /"_wpnonce":"(\w+)"/, 'the nonce of the uploader');
  const picture = paintedPng(900, 600);
  const uploaded = await visitor.upload(
    '/wp-admin/async-upload.php',
    { action: 'upload-attachment', _wpnonce: uploadNonce },
    'lighthouse.png',
    picture,
  );
  const attachment = readUpload(uploaded);
  seen(`picture uploaded, ${attachment.sizes.length} sizes`, uploaded);

  const stored = await visitor.get(pathOf(attachment.url));
  if (digest(stored.body) !== digest(picture))
    throw new Error(`The picture came back changed: ${stored.status}, ${stored.body.length} bytes.`);

  const restNonce = textOf(await visitor.get('/wp-admin/admin-ajax.php?action=rest-nonce'));
  const created = await visitor.send({
    method: 'POST',
    path: '/index.php?rest_route=/wp/v2/posts',
    headers: [
      ['Content-Type', 'application/json'],
      ['X-WP-Nonce', restNonce],
    ],
    body: () =>
      encode(
        JSON.stringify({
          title: 'First light',
          status: 'publish',
          featured_media: attachment.id,
          content: `<!-- wp:paragraph --><p>The lamp is lit: grüße, 日本.</p><!-- /wp:paragraph --><!-- wp:image --><figure class="wp-block-image"><img src="${attachment.url}" alt="A lighthouse"/></figure><!-- /wp:image -->`,
        }),
      ),
  });
  if (created.status !== 201)
    throw new Error(`The post was not made: ${created.status} ${textOf(created).slice(0, 300)}`);
  const postUrl = readLink(created);
  seen('post written', created);

  seen('front page', await visitor.open('/', 'First light'));
  const post = await visitor.open(pathOf(postUrl), 'grüße, 日本');
  if (!textOf(post).includes(attachment.url)) throw new Error('The post does not show its picture.');
  seen('post', post);
  seen('feed', await visitor.open('/?feed=rss2', '<title>First light</title>'));
  return { steps, postUrl, pictureUrl: attachment.url, sizes: attachment.sizes };
}

/** More than WordPress ever does in a row: a longer chain is a loop. */
const MOST_REDIRECTS = 5;

class Visitor {
  readonly #jar = new CookieJar(undefined, { rejectPublicSuffixes: false });
  readonly #fetch: Fetcher;
  readonly #origin: string;

  constructor(fetch: Fetcher, origin: string) {
    this.#fetch = fetch;
    this.#origin = origin;
  }

  get(path: string): Promise<PageResponse> {
    return this.send({ method: 'GET', path });
  }

  async open(path: string, expected: string): Promise<PageResponse> {
    return containing(await this.get(path), expected, `GET ${path}`);
  }

  async submit(path: string, expected: string, fields: Readonly<Record<string, string>>): Promise<PageResponse> {
    const body = new URLSearchParams(fields).toString();
    const request = {
      method: 'POST',
      path,
      headers: [['Content-Type', 'application/x-www-form-urlencoded']],
      body: () => encode(body),
    } as const;
    return containing(await this.send(request), expected, `POST ${path}`);
  }

  async upload(
    path: string,
    fields: Readonly<Record<string, string>>,
    name: string,
    file: Uint8Array<ArrayBuffer>,
  ): Promise<PageResponse> {
    const form = new FormData();
    for (const [field, value] of Object.entries(fields)) form.append(field, value);
    form.append('name', name);
    form.append('async-upload', new Blob([file], { type: 'image/png' }), name);
    const made = new Response(form);
    const type = made.headers.get('Content-Type') ?? '';
    const body = new Uint8Array(await made.arrayBuffer());
    return this.send({ method: 'POST', path, headers: [['Content-Type', type]], body: () => body });
  }

  /** The answer at the end of all redirects. */
  async send(request: PageRequest): Promise<PageResponse> {
    for (let redirects = 0; ; redirects++) {
      const url = this.#origin + request.path;
      const cookie = await this.#jar.getCookieString(url);
      const headers = [...(request.headers ?? []), ...(cookie === '' ? [] : [['Cookie', cookie] as const])];
      const response = await this.#fetch({ ...request, headers });
      for (const line of headerValues(response.headers, 'set-cookie'))
        await this.#jar.setCookie(line, url, { ignoreError: true });
      const location = headerValues(response.headers, 'location')[0];
      if (location === undefined || response.status < 300 || response.status > 399) return response;
      const target = new URL(location, url);
      if (target.origin !== this.#origin) throw new Error(`${request.path} leads away, to ${location}`);
      if (redirects === MOST_REDIRECTS) throw new Error(`${request.path} redirects without end.`);
      request = { method: 'GET', path: target.pathname + target.search };
    }
  }
}

const encode = (text: string) => new TextEncoder().encode(text);
const textOf = (response: PageResponse) => new TextDecoder().decode(response.body);
const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

function containing(response: PageResponse, expected: string, what: string): PageResponse {
  const text = textOf(response);
  if (text.includes(expected)) return response;
  const readable = text
    .replace(/<(style|script)[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>|\s+/g, ' ')
    .trim();
  throw new Error(
    `${what} does not contain ${JSON.stringify(expected)}: status ${response.status}, ${readable.slice(0, 500)}`,
  );
}

function found(response: PageResponse, pattern: RegExp, what: string): string {
  const match = pattern.exec(textOf(response));
  if (!match?.[1]) throw new Error(`${what} is not on the page.`);
  return match[1];
}

function readUpload(response: PageResponse): { id: number; url: string; sizes: string[] } {
  const answer: unknown = JSON.parse(textOf(response));
  const data = field(answer, 'data');
  const [id, url, sizes] = [field(data, 'id'), field(data, 'url'), field(data, 'sizes')];
  if (typeof id !== 'number' || typeof url !== 'string')
    throw new Error(`The upload failed: ${textOf(response).slice(0, 300)}`);
  return { id, url, sizes: typeof sizes === 'object' && sizes !== null ? Object.keys(sizes) : [] };
}

function readLink(response: PageResponse): string {
  const link = field(JSON.parse(textOf(response)), 'link');
  if (typeof link !== 'string') throw new Error('The new post has no link.');
  return link;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** A picture with a little in it: large enough for WordPress to make smaller ones (PNG, third edition, section 11). */
export function paintedPng(width: number, height: number): Uint8Array<ArrayBuffer> {
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * (1 + width * 3) + 1 + x * 3;
      rows[at] = (x * 255) / width;
      rows[at + 1] = (y * 255) / height;
      rows[at + 2] = (x ^ y) & 255;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits a channel, red, green and blue.
  header.set([8, 2], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Uint8Array.from(
    Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]),
  );
}

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, checksum]);
}
