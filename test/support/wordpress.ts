/** A visitor who sets up a WordPress and uses it, by the same requests that its pages make. */
import { createHash } from 'node:crypto';
import type { Fetcher, PageResponse } from './compare-exchange.js';
import { paintedPng } from './picture.js';
import { encodeText, found, textOf, Visitor } from './visitor.js';

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
  const form = new FormData();
  form.append('action', 'upload-attachment');
  form.append('_wpnonce', uploadNonce);
  form.append('name', 'lighthouse.png');
  form.append('async-upload', new Blob([picture], { type: 'image/png' }), 'lighthouse.png');
  const uploaded = await visitor.upload('/wp-admin/async-upload.php', form);
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
      encodeText(
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

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

function readUpload(response: PageResponse): { id: number; url: string; sizes: string[] } {
  const data = field(JSON.parse(textOf(response)), 'data');
  const [id, url, sizes] = [field(data, 'id'), field(data, 'url'), field(data, 'sizes')];
  if (typeof id !== 'number' || typeof url !== 'string') {
    throw new Error(`The upload failed: ${textOf(response).slice(0, 300)}`);
  }
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
