/** A visitor of the demo site, who tries everything on it, and some of what is not allowed. */
import type { Fetcher, PageResponse } from './compare-exchange.js';
import { paintedPng } from './picture.js';
import { containing, encodeText, found, textOf, Visitor } from './visitor.js';

const MEBIBYTE = 1024 * 1024;

/**
 * @param origin as the fetcher's server is named in links, without a slash at the end
 * @throws Error that says at which step which text was missing
 */
export async function visitHarbour(fetch: Fetcher, origin: string): Promise<void> {
  const visitor = new Visitor(fetch, origin);
  const book = await visitor.open('/', 'The harbour master');
  const token = found(book, /name="token" value="(\w+)"/, 'the token of the form');
  await signBook(visitor, token);
  await visitGallery(visitor, token);
  await visitor.submit('/you.php', 'Noted. Hello, Grace.', { token, name: 'Grace' });
  await visitor.open('/', 'Good to see you, Grace.');
  await visitor.open('/about.php', 'This request was answered by process');
  const lost = containing(await visitor.get('/no/such/page'), 'No ship of that name', 'a missing page');
  if (lost.status !== 404) throw new Error(`A missing page has the status ${lost.status}.`);
  await visitor.submit('/you.php', 'Hello, stranger.', { token, forget: '1' });
  await visitor.open('/', 'Good to see you in port.');
}

async function signBook(visitor: Visitor, token: string): Promise<void> {
  const message = 'Grüße <b>and</b> 日本\nsecond line';
  const signed = await visitor.submit('/', 'Thank you, Ada. Your entry is in the book.', {
    token,
    name: 'Ada',
    place: 'Lübeck',
    message,
  });
  containing(signed, 'Grüße &lt;b&gt;and&lt;/b&gt; 日本<br />', 'the new entry');
  const again = await visitor.get('/');
  if (textOf(again).includes('Thank you')) throw new Error('The message of the last page is shown twice.');

  await visitor.submit('/', 'That form had grown too old', { token: 'forged', name: 'Mallory', message: 'x' });
  const incomplete = await visitor.submit('/', 'Please write a few words', { token, name: 'Ada', message: ' ' });
  if (incomplete.status !== 422) throw new Error(`An incomplete form is answered with status ${incomplete.status}.`);
  await visitor.submit('/', 'Only your own entries', { token, remove: '1' });
  const own = found(again, /name="remove" value="(\d+)"/, 'the button that takes an entry back');
  await visitor.submit('/', 'Your entry is gone.', { token, remove: own });
}

async function visitGallery(visitor: Visitor, token: string): Promise<void> {
  const gallery = await visitor.open('/gallery.php', 'Hang a picture on the wall');
  const largest = Number(found(gallery, /data-largest="(\d+)"/, 'the size of the largest upload'));
  const upload = async (content: Uint8Array<ArrayBuffer>, name: string, expected: string): Promise<PageResponse> => {
    const form = new FormData();
    form.append('token', token);
    form.append('caption', 'Colours <all>');
    form.append('picture', new Blob([content], { type: 'image/png' }), name);
    return containing(await visitor.upload('/gallery.php', form), expected, `the upload of ${name}`);
  };
  await upload(encodeText('<?php phpinfo();'), 'picture.png', 'That is not a JPEG, PNG, GIF or WebP picture.');
  // One byte too much, and with PHP's defaults more than post_max_size too.
  await upload(new Uint8Array(largest + 1), 'large.png', 'That file is too large');
  if (largest === 2 * MEBIBYTE)
    await upload(new Uint8Array(9 * MEBIBYTE), 'huge.png', 'That file is too large: 2 MB is the most.');
  const picture = paintedPng(900, 500);
  const wall = await upload(picture, 'colours.png', 'Your picture hangs in the gallery.');
  containing(wall, 'Colours &lt;all&gt;', 'the gallery');
  const id = found(wall, /picture\.php\?id=(\d+)/, 'the link to the picture');

  const whole = await visitor.get(`/picture.php?id=${id}`);
  if (Buffer.compare(whole.body, picture) !== 0) throw new Error('The picture came back changed.');
  const small = await visitor.get(`/picture.php?id=${id}&size=small`);
  // Every JPEG begins so (ITU T.81, section B.1.1.3: SOI, then a marker).
  if (small.body[0] !== 0xff || small.body[1] !== 0xd8) throw new Error('The small picture is no JPEG.');
  await visitor.submit('/gallery.php', 'Your picture is gone.', { token, remove: id });
  if ((await visitor.get(`/picture.php?id=${id}`)).status !== 404) throw new Error('The picture is still there.');
}
