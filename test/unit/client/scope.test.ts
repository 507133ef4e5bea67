import { describe, expect, it } from 'vitest';
import { SiteScope } from '../../../client/frame/scope.js';

describe('SiteScope', () => {
  const scope = new SiteScope('https://host', '/shop/');
  it.each([
    ['https://host/shop/', true, false],
    ['https://host/shop/a?b#c', true, false],
    ['https://host/shop', false, true],
    ['https://host/shopping/', false, true],
    ['http://host/shop/', false, true],
    ['https://other/shop/', false, true],
    ['blob:https://host/1f', false, false],
    ['data:text/html,x', false, false],
    ['about:blank', false, false],
    ['mailto:a@b', false, false],
  ])('%s: inside %s, outside %s', (url, inside, outside) => {
    expect(scope.contains(new URL(url))).toBe(inside);
    expect(scope.isOutside(new URL(url))).toBe(outside);
  });

  it.each([
    ['https://host/about?a#b', 'https://host/shop/about?a#b'],
    ['https://host//evil.example/', 'https://host/shop//evil.example/'],
    ['https://host/shop', 'https://host/shop/shop'],
    ['https://host/shop/a', undefined],
    ['https://other/about', undefined],
    ['mailto:a@b', undefined],
  ])('%s is brought back to %s', (url, back) => {
    expect(scope.broughtBack(new URL(url))?.href).toBe(back);
  });
});
