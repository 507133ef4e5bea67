/**
 * What is asked of the pages in `site/`: every thing that a PHP site may do behind its server, as plain HTTP. The same
 * list is sent to native PHP and to whatever stands in its place.
 */
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { HeaderList } from '../../protocol/bridge.js';
import type { PageCase } from '../support/compare.js';
import type { PageRequest } from '../support/compare-exchange.js';

export const pagesRoot = fileURLToPath(new URL('./site', import.meta.url));

/** Cases that need a server of their own kind: `settings` are PHP's, as `name=value`. */
export interface PageGroup {
  readonly name: string;
  readonly settings: readonly string[];
  readonly cases: readonly PageCase[];
}

type Body = () => Uint8Array<ArrayBuffer>;

const get = (path: string, headers: HeaderList = []): PageRequest => ({ method: 'GET', path, headers });
const head = (path: string): PageRequest => ({ method: 'HEAD', path });
const send = (method: string, path: string, type: string, body: Body): PageRequest => ({
  method,
  path,
  headers: [['Content-Type', type]],
  body,
});
const text =
  (content: string): Body =>
  () =>
    new TextEncoder().encode(content);
const form = (path: string, content: string) => send('POST', path, 'application/x-www-form-urlencoded', text(content));

/** The bytes that `pattern()` in lib.php gives: a block of digests, repeated. */
export function pattern(length: number): Uint8Array<ArrayBuffer> {
  const digests = Array.from({ length: 2048 }, (_, i) => createHash('sha256').update(`portside ${i}`).digest());
  return new Uint8Array(Buffer.alloc(length, Buffer.concat(digests)));
}

interface Part {
  readonly name: string;
  readonly filename?: string;
  readonly type?: string;
  readonly content: string | Body;
}

const BOUNDARY = '----portside-boundary-7f3a';

/** RFC 7578, with names written as browsers write them. */
const multipart = (path: string, parts: readonly Part[], method = 'POST') =>
  send(method, path, `multipart/form-data; boundary=${BOUNDARY}`, () => {
    const chunks = parts.flatMap(({ name, filename, type, content }) => [
      Buffer.from(
        `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}\r\n${
          type ? `Content-Type: ${type}\r\n` : ''
        }\r\n`,
      ),
      typeof content === 'string' ? Buffer.from(content) : content(),
      Buffer.from('\r\n'),
    ]);
    return new Uint8Array(Buffer.concat([...chunks, Buffer.from(`--${BOUNDARY}--\r\n`)]));
  });

const one = (name: string, ...steps: PageRequest[]): PageCase => ({ name, steps });
const but = (line: RegExp, because: string, pageCase: PageCase): PageCase => ({
  ...pageCase,
  mayDiffer: [...(pageCase.mayDiffer ?? []), { line, because }],
});

const MEBIBYTE = 1024 * 1024;
const FIFTY = 50 * MEBIBYTE;

const requests: PageCase[] = [
  one('GET', get('/request.php')),
  one(
    'GET with a query',
    get('/request.php?a=1&b[]=2&b[]=3&c[d][e]=4&f=a+b%20c%2Bd&g&h=&i.j=5&k%5B=6&%C3%BC=%E2%82%AC&bad=%FF&a=7'),
  ),
  one(
    'GET with headers',
    get('/request.php', [
      ['User-Agent', 'Portside test'],
      ['Accept', 'text/html;q=0.9, */*'],
      ['Accept-Language', 'de,en;q=0.5'],
      ['Referer', 'http://{host}/from?here=1'],
      ['X-Custom-Header', 'value with  spaces'],
      ['X_Under_Score', 'kept'],
      ['X-Empty', ''],
      ['Cookie', 'a=1; b=two%20words; c[x]=y; d=e=f'],
      ['Authorization', `Basic ${Buffer.from('user:pass:word').toString('base64')}`],
    ]),
  ),
  one('bearer authorization', get('/request.php', [['Authorization', 'Bearer token']])),
  one(
    'repeated request header',
    get('/request.php', [
      ['X-Twice', 'one'],
      ['X-Twice', 'two'],
    ]),
  ),
  one('long query and long header', get(`/request.php?long=${'x'.repeat(7000)}`, [['X-Long', 'y'.repeat(7000)]])),
  one(
    'more fields than max_input_vars',
    form('/request.php', Array.from({ length: 1100 }, (_, i) => `v[${i}]=${i}`).join('&')),
  ),
  one('HEAD', head('/request.php'), head('/static/hello.txt'), head('/missing.txt'), head('/big.php?lines=10')),
  one('OPTIONS', { method: 'OPTIONS', path: '/request.php' }, { method: 'OPTIONS', path: '/static/hello.txt' }),
  one('POST to a static file', form('/static/hello.txt', 'a=1')),
  one(
    'POST a form',
    form('/request.php?q=1', 'name=J%C3%BCrgen+M&list[]=1&list[]=2&deep[a][b]=c&text=line1%0D%0Aline2'),
  ),
  one(
    'POST a form with a charset',
    send('POST', '/request.php', 'application/x-www-form-urlencoded; charset=UTF-8', text('a=%C3%A9')),
  ),
  one('POST without a body', { method: 'POST', path: '/request.php' }, form('/request.php', '')),
  one('POST a form of 1 MB', form('/request.php', `text=${'a'.repeat(1_000_000)}`)),
  one('POST JSON', send('POST', '/request.php', 'application/json', text('{"a":[1,2,"ü"]}'))),
  one(
    'POST multipart',
    multipart('/request.php', [
      { name: 'title', content: 'Grüße' },
      { name: 'tags[]', content: 'one' },
      { name: 'tags[]', content: 'two' },
      {
        name: 'file',
        filename: 'größe "x".txt'.replaceAll('"', '%22'),
        type: 'text/plain',
        content: 'the content\r\n--not a boundary\r\n',
      },
      { name: 'empty', filename: '', type: 'application/octet-stream', content: '' },
      { name: 'many[]', filename: 'a.bin', type: 'application/octet-stream', content: () => pattern(70_000) },
      { name: 'many[]', filename: 'folder/b.bin', content: '' },
      { name: 'deep[x][y]', filename: 'c.txt', type: 'text/plain', content: 'c' },
    ]),
  ),
  one(
    'POST multipart that ends early',
    send(
      'POST',
      '/request.php',
      `multipart/form-data; boundary=${BOUNDARY}`,
      text(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="a"\r\n\r\nunfinished`),
    ),
  ),
  one('POST multipart without a boundary', send('POST', '/request.php', 'multipart/form-data', text('x'))),
  ...['PUT', 'PATCH', 'DELETE'].map((method) =>
    one(
      `${method} with a body`,
      send(method, '/input.php', 'application/json', text('{"method":"x"}')),
      send(method, '/input.php', 'application/x-www-form-urlencoded', text('a=1&b=2')),
    ),
  ),
  one(
    'PUT 5 MB',
    send('PUT', '/input.php', 'application/octet-stream', () => pattern(5 * MEBIBYTE)),
  ),
  one('PUT multipart', multipart('/input.php', [{ name: 'a', content: 'b' }], 'PUT')),
  one('DELETE without a body', { method: 'DELETE', path: '/input.php' }),
  one(
    'methods of WebDAV and an unknown one',
    { method: 'PROPFIND', path: '/request.php' },
    { method: 'REPORT', path: '/request.php' },
  ),
];

const responses: PageCase[] = [
  one('download by echo', get('/download.php?size=300000')),
  one('download by readfile', get('/download.php?size=300000&by=readfile')),
  one('download by passthru, no length', get('/download.php?size=300000&by=passthru&length=no')),
  one('download of 50 MB', get(`/download.php?size=${FIFTY}&by=echo`)),
  one('HEAD of a download', head('/download.php?size=1000')),
  one(
    'redirects',
    ...[
      'request.php?x=1',
      '/request.php',
      '//{host}/request.php',
      'http://{host}/request.php',
      'http://localhost:{port}/request.php',
      '../request.php',
      '?again=1',
      '#part',
      '/größe.txt',
      'https://example.com/away',
    ].map((to) => get(`/redirect.php?to=${encodeURIComponent(to).replaceAll('%7B', '{').replaceAll('%7D', '}')}`)),
  ),
  one('redirect statuses', ...[301, 303, 307, 308].map((status) => get(`/redirect.php?status=${status}`))),
  one('redirect after POST', form('/redirect.php?status=303', 'a=1')),
  one(
    'sessions',
    get('/session.php'),
    get('/session.php'),
    get('/session.php?do=set&value=kept%20value'),
    get('/session.php'),
    get('/session.php?do=regenerate'),
    get('/session.php'),
    get('/session.php?do=close'),
    get('/session.php'),
    get('/session.php?do=destroy'),
    get('/session.php'),
  ),
  one(
    'session options',
    get(
      '/session.php?options[cookie_httponly]=1&options[cookie_samesite]=Strict&options[cookie_lifetime]=600&options[name]=OWN_SESSID',
    ),
  ),
  one('cookies', get('/cookies.php'), get('/cookies.php?clear=1'), get('/nested/'), get('/cookies.php?clear=1')),
  one('response headers', get('/headers.php')),
  ...[200, 201, 202, 204, 205, 206, 304, 400, 401, 403, 404, 405, 410, 418, 422, 429, 451, 500, 501, 503, 599, 999].map(
    (code) =>
      one(
        `status ${code}`,
        get(`/status.php?code=${code}&silent=1`),
        ...([204, 205, 304].includes(code) ? [] : [get(`/status.php?code=${code}`)]),
      ),
  ),
  one(
    'own status line',
    get('/status.php?code=418&line=I%27m%20a%20teapot'),
    get('/status.php?code=200&line=Fine%20by%20me'),
  ),
  one('flush', get('/flush.php')),
  one('5 MB without a length', get('/big.php')),
  one('sleep', get('/sleep.php?seconds=1')),
  one(
    'tags',
    get('/etag.php'),
    get('/etag.php', [['If-None-Match', '"9999"']]),
    get('/etag.php', [['If-None-Match', `"${createHash('md5').update('a page with a tag\n').digest('hex')}"`]]),
  ),
  one('buffering', get('/buffering.php')),
  one(
    'gzip by PHP',
    get('/buffering.php?handler=gzip', [['Accept-Encoding', 'gzip']]),
    get('/buffering.php?handler=gzip', [['Accept-Encoding', 'identity']]),
    get('/buffering.php?handler=gzip'),
  ),
  one('exit', get('/exits.php'), get('/exits.php?number=1')),
  ...['exception', 'warning', 'division', 'fatal', 'type', 'trigger', 'include', 'parse', 'deep'].map((kind) =>
    one(`error: ${kind}`, get(`/errors.php?kind=${kind}`), get(`/errors.php?kind=${kind}&html=0`)),
  ),
  but(
    /tried to allocate \d+ bytes/,
    'allocators round up to other sizes',
    one('error: memory', get('/errors.php?kind=memory'), get('/errors.php?kind=memory&html=0')),
  ),
  one('error_log', get('/error-log.php?text=na%C3%AFve')),
];

const STATIC_ENDINGS =
  'png jpg jpeg gif webp avif ico bmp woff woff2 ttf otf eot mp3 mp4 webm ogg wav pdf zip gz tar wasm jar swf bin exe doc docx xls rtf ics vcf atom rss xhtml tsv log ini yaml yml ts tsx jsx scss'.split(
    ' ',
  );
const STATIC_FILES = [
  ...STATIC_ENDINGS.map((ending) => `file.${ending}`),
  'hello.txt',
  'empty.txt',
  'style.css',
  'app.js',
  'module.mjs',
  'data.json',
  'page.html',
  'page.htm',
  'feed.xml',
  'icon.svg',
  'table.csv',
  'notes.md',
  'unknown.zzz',
  'plain',
  '.hidden',
  'UPPER.TXT',
  'app.webmanifest',
  'app.js.map',
  'source.phps',
];

const addresses: PageCase[] = [
  one('static files', ...STATIC_FILES.map((name) => get(`/static/${name}`))),
  one(
    'static names that need escapes',
    ...[
      'with%20space.txt',
      'gr%C3%B6%C3%9Fe.txt',
      '100%25.txt',
      'a+b.txt',
      'a%2Bb.txt',
      'a%23b.txt',
      '%68ello.txt',
      'hello.txt?v=1',
      'hello.txt%00',
      '..%2Findex.php',
      'hello%2Etxt',
    ].map((name) => get(`/static/${name}`)),
  ),
  one(
    'static file conditions',
    get('/static/hello.txt', [['Range', 'bytes=0-3']]),
    get('/static/hello.txt', [['If-Modified-Since', 'Fri, 01 Jan 2038 00:00:00 GMT']]),
    get('/static/hello.txt', [['Accept-Encoding', 'gzip']]),
  ),
  one('folder with index.php', get('/nested/'), get('/nested'), get('/nested/?x=1'), get('/nested/index.php')),
  one('folder with index.html', get('/nested-html/'), get('/nested-html')),
  one('folder without an index', get('/bare/'), get('/bare'), get('/bare/file.txt')),
  one(
    'nothing there',
    ...[
      '/missing',
      '/missing.txt',
      '/missing.php',
      '/missing/below',
      '/static/missing.png',
      '/nested/missing',
      '/nested/deeper/missing',
      '/nested/missing.txt',
      '/bare/missing/more',
      '/nested-html/missing',
      '/static/hello.txt/below',
    ].map((path) => get(path)),
  ),
  one(
    'PATH_INFO',
    ...[
      '/pathinfo.php',
      '/pathinfo.php/',
      '/pathinfo.php/a/b',
      '/pathinfo.php/a%20b/%C3%BC?x=1',
      '/pathinfo.php/a.txt',
      '/pathinfo.php/../pathinfo.php',
      '/index.php/deep/path',
    ].map((path) => get(path)),
  ),
  one(
    'fallback to index.php',
    get('/'),
    get('/?x=1'),
    get('/some/pretty/address?y=2'),
    form('/some/pretty/address', 'a=1'),
    get('/pretty/%C3%BC%20x'),
  ),
  one(
    'odd paths',
    ...[
      '//request.php',
      '/./request.php',
      '/nested/../request.php',
      '/../../etc/passwd',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/request.php%00.txt',
      '/REQUEST.PHP',
      '/request.php?',
      '/request.php??a',
      '/request.php?a#b',
      '/%',
      '/%zz',
      '/lib.php',
      '/broken.inc',
    ].map((path) => get(path)),
  ),
];

const runtime: PageCase[] = [
  one('SQLite', get('/database.php')),
  one(
    'SQLite across requests',
    get('/database.php?keep=1&fresh=1'),
    get('/database.php?keep=2'),
    get('/database.php?keep=3&last=1'),
  ),
  one('SQLite journals', get('/database-journal.php')),
  but(
    /^(hard link|glob with braces)( raised)?: /,
    'Emscripten has no link(2), and musl no GLOB_BRACE',
    but(
      /^(flock|directory as file raised|long name raised): /,
      'builds of PHP for the web are linked with a flock(2) that does nothing; errno has other numbers, and musl other words for it',
      one('files', get('/files.php')),
    ),
  ),
  but(/^pair( raised)?: /, 'some WebAssembly builds of PHP have no socketpair(2)', one('streams', get('/streams.php'))),
  one('locks', get('/locks.php')),
  one('time', get('/time.php')),
  one('text', get('/text.php')),
  one('hashes', get('/hashes.php')),
  one('XML', get('/xml.php')),
  but(/^bmp: /, 'not every build of GD has it', one('images', get('/image.php'))),
  ...['png', 'gif', 'jpeg', 'webp'].map(
    (format): PageCase => ({
      ...one(`image as ${format}`, get(`/image.php?format=${format}`)),
      bodyIgnored: 'encoders of other versions write other bytes; "images" compares the pixels',
    }),
  ),
  one('archives', get('/archive.php')),
  but(
    /^(PHP_OS_FAMILY|locale): /,
    'PHP knows WebAssembly by no family, and musl writes locales another way than glibc',
    one('environment', get('/environment.php')),
  ),
  but(
    /^(extension_dir|openssl\.\w+|session\.upload_progress\.enabled): /,
    'where a build was to be installed, and what Debian turns off',
    one('settings', get('/settings.php')),
  ),
  but(
    /^mail raised: /,
    'popen fails at once where there is no shell; where there is one, the shell fails',
    one('mail', get('/mail.php')),
  ),
  but(
    /^(no such program|shell|exec|shell_exec|popen)( raised)?: /,
    'there is no shell; and PHP without fork(2) sees at once that a program is missing',
    one('processes', get('/processes.php')),
  ),
];

/** An empty php.ini lets files of 2 MB and bodies of 8 MB through. */
const defaults: PageGroup = {
  name: 'defaults',
  settings: [],
  cases: [
    ...requests,
    ...responses,
    ...addresses,
    ...runtime,
    one(
      'upload over upload_max_filesize',
      multipart('/upload.php', [
        { name: 'title', content: 'kept' },
        { name: 'file', filename: 'big.bin', content: () => pattern(3 * MEBIBYTE) },
      ]),
    ),
    one(
      'upload over post_max_size',
      multipart('/upload.php', [
        { name: 'title', content: 'lost' },
        { name: 'file', filename: 'huge.bin', content: () => pattern(9 * MEBIBYTE) },
      ]),
    ),
  ],
};

const largeUploads: PageGroup = {
  name: 'large uploads',
  settings: ['upload_max_filesize=64M', 'post_max_size=72M'],
  cases: [
    one(
      'upload of 50 MB',
      multipart('/upload.php', [
        { name: 'title', content: 'large' },
        { name: 'file', filename: 'fifty.bin', type: 'application/octet-stream', content: () => pattern(FIFTY) },
      ]),
    ),
  ],
};

export const pageGroups: readonly PageGroup[] = [defaults, largeUploads];
