import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toBrowser, toGuest, type UrlSpace } from '../../../../sw/routing/guest-url.js';
import { decide, type GuestRoute } from '../../../../sw/routing/route.js';

const at = (route: GuestRoute, more: Partial<UrlSpace> = {}): UrlSpace => ({
  origin: 'https://example.org',
  scope: '/repo/',
  routes: [route],
  route,
  ...more,
});
const space = at({ base: '/repo/', port: 8080 });

describe('what a guest writes', () => {
  test.each([
    ['next', 'https://example.org/repo/dir/next'],
    ['/next?a#b', 'https://example.org/repo/next?a#b'],
    ['../up', 'https://example.org/repo/up'],
    ['?only=query', 'https://example.org/repo/dir/page?only=query'],
    ['http://localhost:8080/next', 'https://example.org/repo/next'],
    ['http://127.0.0.1:8080/', 'https://example.org/repo/'],
    ['http://[::1]:8080/next', 'https://example.org/repo/next'],
    ['http://example.org/next', 'https://example.org/repo/next'],
    ['https://example.org/repo/next', 'https://example.org/repo/next'],
    ['http://localhost:9000/next', 'https://example.org/repo/.portside/port/9000/next'],
    ['ws://localhost:8080/feed', 'wss://example.org/repo/feed'],
    ['https://elsewhere.example/next', 'https://elsewhere.example/next'],
    ['//elsewhere.example/next', 'https://elsewhere.example/next'],
    ['mailto:a@example.org', 'mailto:a@example.org'],
  ])('%s', (reference, expected) => {
    expect(toBrowser(reference, '/dir/page', space)?.href).toBe(expected);
  });

  test.each([
    ['/', 'https://example.org//elsewhere.example/next'],
    ['/repo/', 'https://example.org/repo//elsewhere.example/next'],
  ])('no path under %s names another host', (base, expected) => {
    const inBase = at({ base, port: 8080 });
    expect(toBrowser('next', '//elsewhere.example/page', inBase)?.href).toBe(expected);
    expect(toBrowser('http://localhost:8080//elsewhere.example/next', '/', inBase)?.href).toBe(expected);
  });

  test('what is no URL stays unmapped', () => {
    expect(toBrowser('http://[', '/', space)).toBeUndefined();
  });
});

describe('what a guest writes of other ports', () => {
  const shop: GuestRoute = { base: '/shop/', port: 8080 };
  const admin: GuestRoute = { base: '/shop/admin/', port: 8080 };
  const api: GuestRoute = { base: '/shop/api/', port: 9000 };
  const app = at(api, { scope: '/', routes: [shop, admin, api] });

  test.each([
    ['http://localhost:8080/cart', '/shop/cart'],
    ['http://example.org:8080/cart', '/shop/cart'],
    ['http://[::1]:8080/shop/admin/users', '/shop/admin/users'],
    ['http://localhost:8080/shop/', '/shop/'],
    ['http://127.0.0.1:9000/v1', '/shop/api/v1'],
    ['http://localhost:3000/a?b#c', '/.portside/port/3000/a?b#c'],
    ['http://0.0.0.0/a', '/.portside/port/80/a'],
    ['https://localhost/a', '/.portside/port/443/a'],
    ['http://user:secret@localhost:3000/', '/.portside/port/3000/'],
  ])('%s: %s', (reference, expected) => {
    expect(toBrowser(reference, '/', app)?.href).toBe(app.origin + expected);
  });

  test('where the folder of another port lies in the way, the port has one of its own', () => {
    const mapped = toBrowser('http://localhost:8080/api/v1', '/', app);
    expect(mapped?.href).toBe('https://example.org/.portside/port/8080/api/v1');
  });
});

describe('a guest that knows its folder', () => {
  const told = at({ base: '/blog/', port: 8080, escape: 'leave' }, { scope: '/' });

  test.each([
    ['/about', '/about'],
    ['https://example.org/about', '/about'],
    ['/blog/next', '/blog/next'],
    ['next', '/blog/dir/next'],
    ['../../about', '/about'],
    ['http://localhost:8080/next', '/blog/next'],
    ['http://localhost:9000/', '/.portside/port/9000/'],
  ])('%s: %s', (reference, expected) => {
    expect(toBrowser(reference, '/dir/page', told)?.href).toBe(told.origin + expected);
  });
});

test('a path that a guest is shown comes back as it was', () => {
  fc.assert(
    fc.property(fc.webPath(), fc.webQueryParameters(), (path, query) => {
      const url = new URL(`${space.origin}/repo/x${path}${query && `?${query}`}`);
      const seen = toGuest(url, space);
      expect(toBrowser(seen.pathname + seen.search, '/', space)?.href).toBe(url.href);
    }),
  );
});

describe('properties', () => {
  const segment = fc.stringMatching(/^[a-z]{1,8}$/);
  const folder = fc.array(segment, { maxLength: 3 }).map((names) => `/${names.map((name) => `${name}/`).join('')}`);
  const port = fc.integer({ min: 1, max: 65_535 });
  const routes = fc.uniqueArray(fc.record({ base: folder, port }), {
    minLength: 1,
    maxLength: 5,
    selector: ({ base }) => base,
  });
  const spaces = fc.record({ routes, scope: folder }).map(({ routes, scope }) => ({
    origin: 'https://example.org',
    scope,
    routes,
    // Any of them: fast-check has put them in any order.
    route: routes[0] ?? { base: '/', port: 80 },
  }));
  const host = fc.constantFrom('localhost', '127.0.0.1', '[::1]', '0.0.0.0', 'example.org');

  test('every port of the machine is mapped to where its requests come from', () => {
    fc.assert(
      fc.property(spaces, host, port, fc.webPath(), fc.webQueryParameters(), (space, name, other, path, query) => {
        // Its own port in a folder that another's overlies is the other's: that is how routes are meant.
        fc.pre(other !== space.route.port && !(name === 'example.org' && other === 443));
        const written = new URL(`http://${name}:${other}/-${path}?${query}`);
        fc.pre(written.port !== '' || other === 80);
        const url = toBrowser(written.href, '/', space);
        if (!url) throw new Error('no URL');
        const decision = decide(
          { url, method: 'GET', mode: 'cors', destination: '', referrer: '', clientRoute: undefined },
          { ...space, shell: false },
        );
        if (name === 'example.org' && other === 80) {
          expect(url.href.startsWith(space.origin + space.route.base)).toBe(true);
        } else {
          const target = written.pathname + (written.search || '?'); // `search` is empty for a lone question mark.
          expect(decision).toMatchObject({ kind: 'guest', route: { port: other }, target });
        }
      }),
    );
  });

  test('what names the guest’s machine stays on the page’s origin, under a route or the scope', () => {
    const reference = fc.oneof(
      fc.tuple(host, port, fc.webPath()).map(([name, at, path]) => `http://${name}:${at}${path}`),
      fc.webPath().map((path) => `/-${path}`),
      fc.string().map((text) => `/${text.replace(/^[/\\\t\n\r]+/, '')}`),
    );
    fc.assert(
      fc.property(spaces, reference, fc.webPath(), (space, written, target) => {
        const url = toBrowser(written, target || '/', space);
        if (!url) return;
        expect(url.origin).toBe(space.origin);
        expect(url.username + url.password).toBe('');
        const bases = [space.scope, ...space.routes.map(({ base }) => base)];
        expect(bases.some((base) => url.pathname.startsWith(base))).toBe(true);
      }),
    );
  });

  test('a guest that is shown a URL and writes it leads back to it', () => {
    fc.assert(
      fc.property(spaces, fc.webPath(), fc.webQueryParameters(), (space, path, query) => {
        const url = new URL(`${space.origin}${space.route.base}-${path}${query && `?${query}`}`);
        const seen = toGuest(url, space);
        expect(toBrowser(seen.href, '/', space)?.href).toBe(url.href);
      }),
    );
  });
});
