import { expect, test } from 'vitest';
import { sameSiteContext } from '../../../../sw/http/relay.js';

const origin = 'https://example.org';
const link = { method: 'GET', mode: 'navigate', destination: 'iframe', referrer: 'https://example.org/' } as const;
const tabForm = { ...link, method: 'POST', destination: 'document' } as const;

test.each([
  ['a link of the site', link, 'strict'],
  ['a form of the site that aims at the tab', tabForm, 'strict'],
  ['an address that was typed', { ...link, referrer: '' }, 'strict'],
  ['a fetch that names no referrer', { ...link, mode: 'cors', destination: '', referrer: '' }, 'strict'],
  ['a form of the site in the frame that names no referrer', { ...link, method: 'POST', referrer: '' }, 'strict'],
  ['a link of another site', { ...link, referrer: 'https://elsewhere.example/' }, 'lax'],
  ['a form of another site', { ...tabForm, referrer: 'https://elsewhere.example/' }, 'none'],
  ['a form of another site that hides from where', { ...tabForm, referrer: '' }, 'none'],
] as const)('%s', (_, request, context) => {
  expect(sameSiteContext(request, origin)).toBe(context);
});
