import { expect, test } from 'vitest';
import {
  embedderPolicyFor,
  isolateEmbedded,
  isolatesDocuments,
  isolateTopLevel,
} from '../../../../sw/frames/isolation.js';

test.each([
  [
    'Chromium',
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
    'credentialless',
  ],
  [
    'headless Chromium',
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36',
    'credentialless',
  ],
  ['Firefox', 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0', 'credentialless'],
  ['Firefox for Android', 'Mozilla/5.0 (Android 16; Mobile; rv:153.0) Gecko/153.0 Firefox/153.0', 'require-corp'],
  [
    'Safari',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
    'require-corp',
  ],
  [
    'Chrome on iOS',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/156.0 Mobile/15E148 Safari/604.1',
    'require-corp',
  ],
])('%s', (_, userAgent, policy) => {
  expect(embedderPolicyFor(userAgent)).toBe(policy);
});

const chrome = (version: number, system = 'X11; Linux x86_64') =>
  `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 Safari/537.36`;

test.each([
  ['Chromium 136', chrome(136), false],
  ['Chromium 137', chrome(137), true],
  ['headless Chromium', chrome(156).replace('Chrome/', 'HeadlessChrome/'), true],
  ['Chrome 145 for Android', chrome(145, 'Linux; Android 10; K'), false],
  ['Chrome 146 for Android', chrome(146, 'Linux; Android 10; K'), true],
  ['a web view of Android', chrome(156, 'Linux; Android 16; Pixel 9 Build/BP2A; wv'), false],
  ['Firefox', 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0', false],
])('whether documents isolate themselves: %s', (_, userAgent, isolates) => {
  expect(isolatesDocuments(userAgent)).toBe(isolates);
});

test('where they do, a document keeps what headers it has, and gets none', () => {
  const own = [
    ['cross-origin-embedder-policy', 'require-corp'],
    ['cross-origin-opener-policy', 'same-origin-allow-popups'],
  ] as const;
  const headers = new Headers(own.map(([name, value]) => [name, value]));
  isolateTopLevel(headers, 'unsafe-none');
  isolateEmbedded(headers, 'unsafe-none');
  expect([...headers]).toEqual(own);
});

test('elsewhere a stricter policy of its own stays', () => {
  const headers = new Headers({ 'Cross-Origin-Embedder-Policy': 'require-corp' });
  isolateEmbedded(headers, 'credentialless');
  expect([...headers]).toEqual([
    ['cross-origin-embedder-policy', 'require-corp'],
    ['cross-origin-resource-policy', 'same-origin'],
  ]);
});
