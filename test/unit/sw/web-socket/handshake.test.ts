import { expect, it } from 'vitest';
import { isPageMessage } from '../../../../sw/transport/page-messages.js';
import { acceptFor, buildHandshakeHeaders, newKey } from '../../../../sw/web-socket/handshake.js';

it('answers a key as the example of RFC 6455 section 1.3 does', async () => {
  expect(await acceptFor('dGhlIHNhbXBsZSBub25jZQ==')).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
});

it('has a key of 16 bytes, another each time', () => {
  expect(atob(newKey())).toHaveLength(16);
  expect(newKey()).not.toBe(newKey());
});

it('writes what browsers write', () => {
  const facts = { host: 'a.test:8080', origin: 'https://a.test', key: 'K', protocols: ['one', 'two'], cookie: 'a=b' };
  expect(buildHandshakeHeaders(facts, { userAgent: 'UA', languages: ['de', 'en'] })).toEqual([
    ['Host', 'a.test:8080'],
    ['Pragma', 'no-cache'],
    ['Cache-Control', 'no-cache'],
    ['User-Agent', 'UA'],
    ['Origin', 'https://a.test'],
    ['Accept-Language', 'de,en;q=0.9'],
    ['Sec-WebSocket-Version', '13'],
    ['Sec-WebSocket-Key', 'K'],
    ['Sec-WebSocket-Protocol', 'one, two'],
    ['Cookie', 'a=b'],
  ]);
});

const message = {
  portside: 'upgrade',
  base: '/',
  url: 'ws://a.test/',
  protocols: ['one'],
  life: '01234567-89ab-4def-8123-456789abcdef',
};

it('takes the message of a page', () => {
  expect(isPageMessage(message)).toBe(true);
});

it.each([
  { url: 'http://a.test/' },
  { url: 'no URL' },
  { url: 7 },
  { protocols: 'one' },
  { protocols: ['a, b'] },
  { protocols: ['a\r\nCookie: c'] },
  { life: 'portside:/' },
  { life: undefined },
])('takes none with %j', (change) => {
  expect(isPageMessage({ ...message, ...change })).toBe(false);
});
