import { describe, expect, test } from 'vitest';
import { decide, type RoutedRequest, type RouteTable } from '../../../../sw/routing/route.js';

const origin = 'https://example.org';
const table = (overrides: Partial<RouteTable> = {}): RouteTable => ({
  origin,
  scope: '/repo/',
  routes: [{ base: '/repo/', port: 8080 }],
  shell: true,
  ...overrides,
});
const request = (path: string, overrides: Partial<RoutedRequest> = {}): RoutedRequest => ({
  url: new URL(path, origin),
  method: 'GET',
  mode: 'no-cors',
  destination: 'image',
  referrer: '',
  clientRoute: undefined,
  ...overrides,
});
const tab = { mode: 'navigate', destination: 'document' };
const frame = { mode: 'navigate', destination: 'iframe' };

describe('a packed site', () => {
  test.each([
    ['a tab', '/repo/blog/?p=1', tab, 'shell'],
    ['a frame', '/repo/blog/?p=1', frame, 'guest'],
    ['an image', '/repo/a.png', {}, 'guest'],
    ['a file of the shell', '/repo/.portside/shell-1.js', {}, 'asset'],
    ['the worker’s own script', '/repo/sw.js', {}, 'pass'],
    ['the manifest that the shell links to', '/repo/manifest.webmanifest', { destination: 'manifest' }, 'asset'],
    ['a manifest that a script reads', '/repo/manifest.webmanifest', { destination: '' }, 'guest'],
    ['another folder', '/other/', {}, 'pass'],
    ['the folder without its slash', '/repo', tab, 'pass'],
    ['another folder with the same beginning', '/repository/', {}, 'pass'],
    ['another origin', 'https://cdn.example/repo/a.png', {}, 'pass'],
  ])('%s: %s', (_, path, overrides, kind) => {
    expect(decide(request(path, overrides), table()).kind).toBe(kind);
  });

  test('the guest sees its folder as the root', () => {
    expect(decide(request('/repo/a%20b/?c=%20d'), table())).toMatchObject({ target: '/a%20b/?c=%20d' });
    expect(decide(request('/repo/', frame), table())).toMatchObject({ target: '/' });
    expect(decide(request('/repo/a?'), table())).toMatchObject({ target: '/a?' });
    expect(decide(request('/repo/a'), table())).toMatchObject({ target: '/a' });
  });

  test('a form that is posted by the tab reaches the guest', () => {
    expect(decide(request('/repo/form', { ...tab, method: 'POST' }), table())).toMatchObject({
      kind: 'guest',
      topLevel: true,
    });
  });
});

describe('requests that leave their folder', () => {
  test('come back by their referrer', () => {
    const escaped = request('/style.css', { referrer: `${origin}/repo/blog/` });
    expect(decide(escaped, table())).toMatchObject({ kind: 'guest', target: '/style.css' });
  });

  test('come back by their client', () => {
    const escaped = request('/style.css', { clientRoute: { base: '/repo/', port: 8080 } });
    expect(decide(escaped, table())).toMatchObject({ kind: 'guest', target: '/style.css' });
  });

  test.each(['', 'about:client', 'https://other.example/repo/', `${origin}/app/`])(
    'stay where they are with referrer %j',
    (referrer) => {
      expect(decide(request('/style.css', { referrer }), table()).kind).toBe('pass');
    },
  );

  test.each([
    ['a link', '/login?next=%2F', {}, `${origin}/repo/login?next=%2F`],
    ['a form', '/login', { method: 'POST' }, `${origin}/repo/login`],
    ['a path of two slashes', '//login', {}, `${origin}/repo//login`],
  ])('lead the frame back: %s', (_, path, overrides, location) => {
    const url = new URL(origin + path);
    const escaped = request('/', { ...frame, ...overrides, url, referrer: `${origin}/repo/blog/` });
    expect(decide(escaped, table())).toEqual({ kind: 'return', location });
  });

  test.each([
    ['of a tab', { ...tab, referrer: `${origin}/repo/` }],
    ['of a frame that a page of the app sent there', { ...frame, referrer: `${origin}/app/` }],
    ['of a frame whose document hides where it is', frame],
  ])('stay where they are: navigations %s', (_, overrides) => {
    expect(decide(request('/login', overrides), table()).kind).toBe('pass');
  });

  test.each([frame, {}])('stay where they are when the guest knows its folder: %j', (kind) => {
    const route = { base: '/repo/', port: 8080, escape: 'leave' } as const;
    const escaped = request('/login', { ...kind, referrer: `${origin}/repo/` });
    expect(decide(escaped, table({ routes: [route] })).kind).toBe('pass');
  });
});

describe('documents of a port that no route names', () => {
  const at = `${origin}/repo/.portside/port/3000/`;

  test.each([
    ['by their referrer', { referrer: `${at}dir/` }],
    ['by their client', { clientRoute: { base: '/repo/.portside/port/3000/', port: 3000 } }],
  ])('get what they ask for by absolute paths from it: %s', (_, initiator) => {
    for (const path of ['/style.css', '/repo/style.css']) {
      expect(decide(request(path, initiator), table())).toMatchObject({ route: { port: 3000 }, target: path });
      const location = `${at.slice(0, -1)}${path}`;
      expect(decide(request(path, { ...frame, ...initiator }), table())).toEqual({ kind: 'return', location });
    }
    expect(decide(request('/repo/', { ...tab, ...initiator }), table()).kind).toBe('shell');
  });

  test('reach the routes of an app by name', () => {
    const app = table({ scope: '/', shell: false, routes: [{ base: '/api/', port: 9000 }] });
    const referrer = `${origin}/.portside/port/3000/`;
    expect(decide(request('/api/x', { referrer }), app)).toMatchObject({ route: { port: 9000 } });
    expect(decide(request('/x', { referrer }), app)).toMatchObject({ route: { port: 3000 } });
  });
});

describe('a document made of a Blob', () => {
  const of = (url: string) => `/repo/.portside/blob/${encodeURIComponent(url)}`;
  const own = `blob:${origin}/0f9e`;

  test.each([true, false])('is served to a frame, whether there is a shell (%s) or not', (shell) => {
    expect(decide(request(of(own), frame), table({ shell }))).toEqual({ kind: 'blob', url: own });
  });

  test.each([
    ['another origin’s', of('blob:https://example.org.evil/0f9e'), frame, {}, 'asset'],
    ['no blob', of('https://example.org/'), frame, {}, 'asset'],
    ['a tab', of(own), tab, {}, 'asset'],
    ['a script', of(own), {}, {}, 'asset'],
  ])('is not: %s', (_, path, overrides, options, kind) => {
    expect(decide(request(path, overrides), table(options)).kind).toBe(kind);
  });
});

test('what is to be saved keeps its folder, so that redirects stay in it', () => {
  expect(decide(request('/repo/.portside/save/b%20c.txt/dir/file?x', frame), table())).toEqual({
    kind: 'guest',
    route: { base: '/repo/.portside/save/b%20c.txt/', port: 8080 },
    target: '/dir/file?x',
    topLevel: false,
    saveAs: 'b c.txt',
  });
});

describe('an app with several guests', () => {
  const app = table({
    scope: '/',
    shell: false,
    routes: [
      { base: '/shop/', port: 8080 },
      { base: '/shop/api/', port: 9000 },
    ],
  });

  test.each([
    ['/shop/cart', 8080, '/cart'],
    ['/shop/api/v1', 9000, '/v1'],
    ['/.portside/port/3000/x?y', 3000, '/x?y'],
  ])('%s goes to port %i', (path, port, target) => {
    expect(decide(request(path), app)).toMatchObject({ kind: 'guest', route: { port }, target });
  });

  test.each(['/', '/app.js', '/.portside/other', '/.portside/port/0/', '/.portside/port/65536/'])(
    '%s is the app’s',
    (path) => {
      expect(decide(request(path), app).kind).toBe('pass');
    },
  );

  test('a tab’s navigation goes to the guest', () => {
    expect(decide(request('/shop/', tab), app)).toMatchObject({ kind: 'guest', target: '/' });
  });
});
