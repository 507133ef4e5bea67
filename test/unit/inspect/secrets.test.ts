import { expect, test } from 'vitest';
import { withoutSecrets } from '../../../kernel-host/inspect/secrets.js';

test.each([
  ['Cookie', 'session=abc=def; theme=dark', 'session=…; theme=…'],
  ['cookie', 'nameless', '…'],
  ['Set-Cookie', 'session=abc; Path=/; HttpOnly', 'session=…; Path=/; HttpOnly'],
  ['Authorization', 'Basic dXNlcjpwYXNz', 'Basic …'],
  ['Proxy-Authorization', 'Digest a="b", c="d"', 'Digest …'],
  ['Content-Type', 'text/html; charset=utf-8', 'text/html; charset=utf-8'],
])('%s: %s', (name, value, shown) => {
  expect(withoutSecrets([[name, value]])).toEqual([[name, shown]]);
});

test('keeps the order and every repetition', () => {
  const headers = [
    ['Set-Cookie', 'a=1'],
    ['Vary', 'Cookie'],
    ['Set-Cookie', 'b=2; Secure'],
  ] as const;
  expect(withoutSecrets(headers)).toEqual([
    ['Set-Cookie', 'a=…'],
    ['Vary', 'Cookie'],
    ['Set-Cookie', 'b=…; Secure'],
  ]);
});
