import { describe, expect, test } from 'vitest';
import type { DiagnosisFacts } from '../../../../client/diagnose/facts.js';
import { findingsOf } from '../../../../client/diagnose/findings.js';
import { errorTexts } from '../../../../protocol/errors.js';

const storage: DiagnosisFacts['storage'] = {
  indexedDb: 'works',
  caches: 'works',
  locks: 'works',
  sessionStorage: 'works',
  fileSystem: 'works',
  quota: 10e9,
  usage: 0,
  persisted: false,
  access: true,
};

const worker = 'https://example.org/blog/sw.js';

const healthy: DiagnosisFacts = {
  at: '2026-11-25T12:00:00.000Z',
  userAgent: 'a browser',
  url: 'https://example.org/blog/post',
  base: '/blog/',
  script: '/blog/sw.js',
  protocolVersion: 2,
  online: true,
  secureContext: true,
  place: 'top',
  serviceWorkers: 'supported',
  registration: { scope: 'https://example.org/blog/', installing: null, waiting: null, active: worker },
  controller: worker,
  workerScript: { kind: 'answered', status: 200, type: 'text/javascript', allowed: null },
  crossOriginIsolated: true,
  sharedArrayBuffer: true,
  isolatedFrame: 'not asked',
  storage,
  privateWindow: 'unknown',
  kernelLock: 'held',
  kernel: { kind: 'running', processes: ['2 php sleeping'], listening: ['127.0.0.1:8080'] },
};

const unregistered: Partial<DiagnosisFacts> = { registration: null, controller: null, kernel: { kind: 'not asked' } };
const answered = { kind: 'answered', status: 200, type: 'text/javascript', allowed: null } as const;
const refused = { error: 'SecurityError' };
const blocked = { ...storage, caches: refused, indexedDb: refused, locks: refused };

const codes = (change: Partial<DiagnosisFacts>, port?: number) =>
  findingsOf({ ...healthy, ...change }, port).map(({ code }) => code);

test('nothing is found where all is well', () => {
  expect(findingsOf(healthy)).toEqual([]);
  expect(findingsOf(healthy, 8080)).toEqual([]);
});

test.each<readonly [string, Partial<DiagnosisFacts>, string]>([
  ['an address that is not secure', { secureContext: false, serviceWorkers: 'missing' }, 'insecure-origin'],
  ['blocked storage', { storage: blocked, serviceWorkers: 'supported' }, 'storage-blocked'],
  ['a frame that is sandboxed without its origin', { serviceWorkers: 'blocked' }, 'storage-blocked'],
  ['a frame of another site', { storage: blocked, place: 'cross-origin frame' }, 'third-party-frame'],
  ['a private window', { serviceWorkers: 'missing', privateWindow: 'likely' }, 'private-window'],
  ['a browser without service workers', { serviceWorkers: 'missing' }, 'service-worker-unsupported'],
  ['no script', { ...unregistered, workerScript: { ...answered, status: 404 } }, 'service-worker-missing'],
  ['no host', { ...unregistered, workerScript: { kind: 'unreachable', reason: 'x' } }, 'service-worker-missing'],
  ['a wrong type', { ...unregistered, workerScript: { ...answered, type: 'text/html' } }, 'service-worker-wrong-type'],
  ['no type', { ...unregistered, workerScript: { ...answered, type: '' } }, 'service-worker-wrong-type'],
  ['a scope beyond the script', { ...unregistered, script: '/blog/js/sw.js' }, 'service-worker-scope'],
  ['no registration', unregistered, 'service-worker-unregistered'],
  ['a reload past the worker', { controller: null }, 'service-worker-bypassed'],
  ['a page outside of the scope', { controller: null, url: 'https://example.org/other/' }, 'service-worker-scope'],
  ['another version', { kernel: { kind: 'refused', code: 'protocol-mismatch', detail: '' } }, 'protocol-mismatch'],
  ['no kernel', { kernel: { kind: 'silent' }, kernelLock: 'free' }, 'kernel-unreachable'],
  ['a kernel that boots', { kernel: { kind: 'silent' } }, 'kernel-booting'],
  ['nobody listening', { kernel: { kind: 'running', processes: [], listening: [] } }, 'guest-not-listening'],
])('%s', (_, change, code) => {
  const findings = findingsOf({ ...healthy, ...change });
  expect(findings.map((finding) => finding.code)).toEqual([code]);
  const texts: Readonly<Record<string, { readonly sentence: string; readonly remedy: string }>> = errorTexts;
  expect(findings[0]).toMatchObject({
    blocking: true,
    sentence: texts[code]?.sentence,
    remedy: texts[code]?.remedy,
  });
});

test('a header that allows the scope is enough', () => {
  const script = '/blog/js/sw.js';
  expect(codes({ ...unregistered, script, workerScript: { ...answered, allowed: '/' } })).toEqual([
    'service-worker-unregistered',
  ]);
});

test('another port that is listened on does not count', () => {
  expect(codes({}, 9000)).toEqual(['guest-not-listening']);
});

test('a worker that is there needs no host', () => {
  expect(codes({ workerScript: { kind: 'unreachable', reason: 'offline' } })).toEqual([]);
});

describe('shared memory', () => {
  test('that is missing keeps a page from running a kernel', () => {
    const none = { sharedArrayBuffer: false, kernel: { kind: 'silent' }, kernelLock: 'free' } as const;
    expect(codes({ ...none, crossOriginIsolated: false })).toEqual(['kernel-unreachable', 'isolation-refused']);
    expect(codes({ ...none, crossOriginIsolated: true })).toEqual(['kernel-unreachable', 'shared-memory-missing']);
  });

  test('is not missed where a kernel runs elsewhere', () => {
    expect(codes({ sharedArrayBuffer: false, crossOriginIsolated: false })).toEqual([]);
  });

  test('of a frame that isolates itself is enough', () => {
    const none = { sharedArrayBuffer: false, kernel: { kind: 'silent' }, kernelLock: 'free' } as const;
    expect(codes({ ...none, isolatedFrame: 'isolated' })).toEqual(['kernel-unreachable']);
    expect(codes({ ...none, crossOriginIsolated: false, isolatedFrame: 'not isolated' })).toContain(
      'isolation-refused',
    );
  });
});

test('what does not stop the bridge is told as such', () => {
  const change = {
    place: 'cross-origin frame',
    privateWindow: 'likely',
    storage: { ...storage, usage: 10e9 - 1 },
  } as const;
  const findings = findingsOf({ ...healthy, ...change });
  expect(findings.map(({ code }) => code)).toEqual(['storage-full', 'third-party-frame', 'private-window']);
  expect(findings.some(({ blocking }) => blocking)).toBe(false);
});
