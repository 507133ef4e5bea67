import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toBrowser, toGuest } from '../../../../sw/routing/guest-url.js';

const space = { origin: 'https://example.org', route: { base: '/repo/', port: 8080 } };

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
    ['http://localhost:9000/next', 'http://localhost:9000/next'],
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
    const at = { ...space, route: { base, port: 8080 } };
    expect(toBrowser('next', '//elsewhere.example/page', at)?.href).toBe(expected);
    expect(toBrowser('http://localhost:8080//elsewhere.example/next', '/', at)?.href).toBe(expected);
  });

  test('what is no URL stays unmapped', () => {
    expect(toBrowser('http://[', '/', space)).toBeUndefined();
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
