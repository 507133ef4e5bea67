import { describe, expect, test } from 'vitest';
import { errorTexts, PortsideError } from '../../../../protocol/errors.js';
import { errorResponse } from '../../../../sw/errors/error-page.js';

const html = { accept: 'text/html,*/*;q=0.8', navigation: true, method: 'GET', inspector: '/blog/.portside/inspect' };

describe('a page', () => {
  test('says what happened, what to do, and the code', async () => {
    const response = errorResponse(new PortsideError('guest-timeout'), html);
    const page = await response.text();
    expect(response.status).toBe(504);
    expect(response.headers.get('Content-Type')).toBe('text/html; charset=utf-8');
    const { sentence, remedy } = errorTexts['guest-timeout'];
    for (const part of [sentence, remedy, 'guest-timeout']) expect(page).toContain(part);
    expect(page).not.toContain('http-equiv="refresh"');
  });

  test('leads to the inspector', async () => {
    const page = await errorResponse(new PortsideError('guest-timeout'), html).text();
    expect(page).toContain('<a href="/blog/.portside/inspect" target="_blank"');
  });

  test('escapes details', async () => {
    const page = await errorResponse(
      new PortsideError('guest-bad-response', '<img src=x onerror="1">&\''),
      html,
    ).text();
    expect(page).toContain('&lt;img src=x onerror=&quot;1&quot;&gt;&amp;&#39;');
    expect(page).not.toContain('<img');
  });

  test('asks again by itself while the site starts, but never repeats a form', async () => {
    const booting = new PortsideError('kernel-booting');
    const response = errorResponse(booting, html);
    expect(response.status).toBe(503);
    expect(response.headers.get('Retry-After')).toBe('2');
    expect(await response.text()).toContain('http-equiv="refresh" content="2"');
    expect(await errorResponse(booting, { ...html, method: 'POST' }).text()).not.toContain('http-equiv="refresh"');
  });

  test('offers to ask again where it is, but for a form', async () => {
    const lost = new PortsideError('kernel-lost');
    expect(await errorResponse(lost, html).text()).toContain('<a href="">Try again</a>');
    expect(await errorResponse(lost, { ...html, method: 'POST' }).text()).not.toContain('>Try again<');
  });
});

describe('JSON', () => {
  test('is for clients that read it and no HTML', async () => {
    const response = errorResponse(new PortsideError('kernel-lost'), { ...html, accept: 'application/json' });
    expect(await response.json()).toEqual({ code: 'kernel-lost', ...pick(errorTexts['kernel-lost']) });
  });

  test.each(['*/*', 'text/html, application/json', ''])('is not for %j', (accept) => {
    const response = errorResponse(new PortsideError('kernel-lost'), { ...html, accept });
    expect(response.headers.get('Content-Type')).toContain('text/html');
  });
});

const pick = ({ sentence, remedy }: { sentence: string; remedy: string }) => ({ sentence, remedy });
