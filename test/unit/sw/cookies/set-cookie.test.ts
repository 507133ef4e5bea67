import { describe, expect, test } from 'vitest';
import { inGuestSpace, parseSetCookie } from '../../../../sw/cookies/set-cookie.js';

const NOW = Date.UTC(2026, 0, 1);
const DAY = 24 * 60 * 60 * 1000;
const parse = (value: string) => parseSetCookie(value, NOW);

describe('ignored', () => {
  test.each([
    '',
    '=',
    'a=b\0c',
    'a=b\tc',
    'a=b\nc',
    'a=b\x7f',
    `a=${'x'.repeat(4096)}`,
    'a=1; SameSite=None',
    '__Secure-a=1',
    '__secure-a=1',
    '__Host-a=1; Secure',
    '__Host-a=1; Secure; Path=/deep',
    '__Host-a=1; Secure; Path=/; Domain=example.org',
    '=__Secure-a; Secure',
  ])('%j', (value) => {
    expect(parse(value)).toBeUndefined();
  });
});

describe('taken', () => {
  test.each([
    '\ta=b\t',
    `a=${'x'.repeat(4095)}`,
    'a=1; SameSite=None; Secure',
    '__Secure-a=1; Secure',
    '__Host-a=1; Secure; Path=/',
    'value alone',
    'a=1; Partitioned; Secure',
  ])('%j', (value) => {
    expect(parse(value)).toBeDefined();
  });

  test('without an attribute that is too long', () => {
    expect(parse(`a=1; Path=/${'x'.repeat(1024)}; Secure`)).toMatchObject({ path: null, secure: true });
  });

  test('without a domain that means this machine', () => {
    expect(parse('a=1; Domain=.localhost; Path=/')).toMatchObject({ domain: null, path: '/' });
  });
});

describe('ends', () => {
  test.each([
    ['a=1', Number.POSITIVE_INFINITY],
    ['a=1; Max-Age=60', NOW + 60_000],
    ['a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT', NOW + 60_000],
    ['a=1; Max-Age=0', 0],
    ['a=1; Max-Age=-5', 0],
    ['a=1; Expires=Thu, 01 Jan 1970 00:00:01 GMT', 1000],
    ['a=1; Max-Age=99999999999', NOW + 400 * DAY],
    ['a=1; Expires=Thu, 01 Jan 2099 00:00:00 GMT', NOW + 400 * DAY],
    ['a=1; Expires=nonsense', Number.POSITIVE_INFINITY],
  ])('%s: %s', (value, expected) => {
    expect(parse(value)?.expiryTime()).toBe(expected);
  });
});

test.each([
  ['a=1; Path=/repo/', 'a=1; Path=/'],
  ['a=1; Path=/repo', 'a=1; Path=/'],
  ['a=1; path = /repo/admin; Secure', 'a=1; path = /admin; Secure'],
  ['a=1; Path=/repository', 'a=1; Path=/repository'],
  ['a=1; Path=/', 'a=1; Path=/'],
])('the path of a cookie is in the guest’s space: %s', (value, expected) => {
  expect(inGuestSpace(value, '/repo/')).toBe(expected);
});
