// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { explainRegistrationFailure } from '../../../client/registration-failure.js';

const script = '/static/js/sw.js';
const refused = new DOMException('refused', 'SecurityError');

function hostSends(headers: Record<string, string>): void {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('', { headers })));
}
beforeEach(() => vi.stubGlobal('caches', { has: () => Promise.resolve(false) }));
afterEach(() => vi.unstubAllGlobals());

describe('a scope above the folder of the script', () => {
  it.each([
    ['/', undefined, 'no Service-Worker-Allowed'],
    ['/app/', undefined, 'no Service-Worker-Allowed'],
    ['/static/', '/static/js/', 'Service-Worker-Allowed: /static/js/'],
    ['/', 'https://elsewhere.example/', 'Service-Worker-Allowed: https://elsewhere.example/'],
  ])('%s with the header %s is named', async (scope, header, words) => {
    hostSends({ 'Content-Type': 'text/javascript', ...(header && { 'Service-Worker-Allowed': header }) });
    const error = await explainRegistrationFailure(refused, script, scope);
    expect(error.code).toBe('service-worker-scope');
    expect(error.detail).toContain(`${script} asks for ${scope}`);
    expect(error.detail).toContain(words);
    expect(error.text.remedy).toContain('Service-Worker-Allowed');
  });

  it.each([
    ['/static/js/', undefined],
    ['/static/js/deeper/', undefined],
    ['/', '/'],
    ['/static/', '../'],
  ])('%s with the header %s is not to blame', async (scope, header) => {
    hostSends({ 'Content-Type': 'text/javascript', ...(header && { 'Service-Worker-Allowed': header }) });
    const failed = new TypeError('the script threw');
    expect((await explainRegistrationFailure(failed, script, scope)).code).toBe('service-worker-failed');
  });
});
