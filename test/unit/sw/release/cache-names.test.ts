import { expect, test } from 'vitest';
import { assetCacheName, isAssetCacheOf } from '../../../../protocol/site.js';

test.each([
  ['/', '/', true],
  ['/shop/', '/shop/', true],
  ['/', '/shop/', false],
  ['/shop/', '/', false],
  ['/shop/', '/shop/:old/', false],
])('the base %s and a cache of %s', (base, other, own) => {
  expect(isAssetCacheOf(base, assetCacheName(other, '0123456789abcdef'))).toBe(own);
});
