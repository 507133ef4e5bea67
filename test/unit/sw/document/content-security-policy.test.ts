import { describe, expect, test } from 'vitest';
import { admitInlineScript } from '../../../../sw/document/content-security-policy.js';

const ENFORCED = 'Content-Security-Policy';
const REPORTED = 'Content-Security-Policy-Report-Only';

const admit = (...fields: readonly (readonly [string, string])[]) => {
  const headers = new Headers();
  for (const [name, value] of fields) headers.append(name, value);
  const admission = admitInlineScript(headers, () => 'FRESH');
  return { admission, enforced: headers.get(ENFORCED), reported: headers.get(REPORTED) };
};

describe('left as they are', () => {
  test.each([
    ['img-src *; frame-ancestors none', undefined],
    ["default-src 'self'; script-src 'self' 'unsafe-inline'", undefined],
    ["SCRIPT-SRC 'UNSAFE-INLINE'", undefined],
    ["script-src-elem 'unsafe-inline'; script-src 'none'", undefined],
    ["default-src 'unsafe-inline'", undefined],
    ["script-src 'unsafe-inline'; script-src 'none'", undefined],
    ["script-src 'self' 'nonce-abc+/_-='", 'abc+/_-='],
    ["script-src 'unsafe-inline' 'nonce-aB1' 'strict-dynamic'", 'aB1'],
    ["default-src 'nonce-a' 'nonce-b'", 'a'],
    ["script-src 'nonce-a' 'nonce-b', default-src 'nonce-b'", 'b'],
    ["script-src 'nonce-a', img-src 'self', script-src 'unsafe-inline'", 'a'],
  ])('%s: nonce %s', (policy, nonce) => {
    expect(admit([ENFORCED, policy])).toEqual({
      admission: { kind: 'admitted', nonce },
      enforced: policy,
      reported: null,
    });
  });

  test('no policy at all', () => {
    expect(admit()).toEqual({ admission: { kind: 'admitted', nonce: undefined }, enforced: null, reported: null });
  });
});

describe('given a nonce of their own', () => {
  test.each([
    ["script-src 'self'", "script-src-elem 'self' 'nonce-FRESH';script-src 'self'"],
    ["script-src 'none'", "script-src-elem 'nonce-FRESH';script-src 'none'"],
    ['script-src', "script-src-elem 'nonce-FRESH';script-src"],
    [
      "default-src 'self' 'unsafe-inline' 'sha256-abc='",
      "script-src-elem 'self' 'unsafe-inline' 'sha256-abc=' 'nonce-FRESH';default-src 'self' 'unsafe-inline' 'sha256-abc='",
    ],
    // The list rules styles as well, whose 'unsafe-inline' counts there.
    [
      "default-src 'unsafe-inline' 'strict-dynamic'",
      "script-src-elem 'unsafe-inline' 'strict-dynamic' 'nonce-FRESH';default-src 'unsafe-inline' 'strict-dynamic'",
    ],
    [
      "script-src-elem https: ; script-src 'unsafe-inline'",
      "script-src-elem https: 'nonce-FRESH'; script-src 'unsafe-inline'",
    ],
    ["script-src 'nonce-§'", "script-src-elem 'nonce-§' 'nonce-FRESH';script-src 'nonce-§'"],
    // A nonce of one policy given to the other would let its scripts through both.
    [
      "script-src 'nonce-a', script-src 'nonce-b'",
      "script-src-elem 'nonce-a' 'nonce-FRESH';script-src 'nonce-a',script-src-elem 'nonce-b' 'nonce-FRESH'; script-src 'nonce-b'",
    ],
    [
      "img-src 'self', script-src 'self', script-src 'unsafe-inline'",
      "img-src 'self',script-src-elem 'self' 'nonce-FRESH'; script-src 'self', script-src 'unsafe-inline'",
    ],
  ])('%s', (policy, changed) => {
    expect(admit([ENFORCED, policy])).toEqual({
      admission: { kind: 'admitted', nonce: 'FRESH' },
      enforced: changed,
      reported: null,
    });
  });

  test('a header that is repeated, and one that only reports', () => {
    const fields = [
      [ENFORCED, "script-src 'nonce-a'"],
      [ENFORCED, "default-src 'self'"],
      [REPORTED, "script-src 'none'; report-uri /r"],
    ] as const;
    expect(admit(...fields)).toEqual({
      admission: { kind: 'admitted', nonce: 'FRESH' },
      enforced:
        "script-src-elem 'nonce-a' 'nonce-FRESH';script-src 'nonce-a',script-src-elem 'self' 'nonce-FRESH'; default-src 'self'",
      reported: "script-src-elem 'nonce-FRESH';script-src 'none'; report-uri /r",
    });
  });
});

describe('a sandbox', () => {
  test.each([
    ['sandbox', 'refused'],
    ['sandbox allow-scripts', 'refused'],
    ['sandbox allow-same-origin allow-forms', 'refused'],
    ['img-src *, SANDBOX allow-forms', 'refused'],
    ['sandbox Allow-Scripts allow-same-origin', 'admitted'],
  ])('%s: %s', (policy, kind) => {
    expect(admit([ENFORCED, policy]).admission.kind).toBe(kind);
  });

  test('one that is only reported, which means nothing', () => {
    expect(admit([REPORTED, 'sandbox']).admission.kind).toBe('admitted');
  });
});
