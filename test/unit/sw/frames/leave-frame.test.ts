import { describe, expect, it } from 'vitest';
import { leaveFrame } from '../../../../sw/frames/leave-frame.js';

/** Node's Request knows neither a navigation nor a destination. */
const request = (change: { method?: string; mode?: string; destination?: string } = {}): Request =>
  Object.defineProperties(new Request('https://host/pay', { method: change.method ?? 'GET' }), {
    mode: { value: change.mode ?? 'navigate' },
    destination: { value: change.destination ?? 'iframe' },
  });
const redirect = (location: string, status = 302) => new Response(null, { status, headers: { location } });
const leave = (to: Request, answer: Response) => leaveFrame(to, answer, 'credentialless');

describe('leaveFrame', () => {
  it('takes the tab to another site', async () => {
    const page = leave(request(), redirect('https://pay.example/?a=</script>&b="'));
    expect(page?.status).toBe(200);
    expect(page?.headers.get('cross-origin-embedder-policy')).toBe('credentialless');
    const text = (await page?.text()) ?? '';
    expect(text).toContain('location.replace("https://pay.example/?a=');
    expect(text.match(/<\/script/g)).toHaveLength(1);
  });

  it.each([
    ['within the site', request(), redirect('/thanks')],
    ['to a scheme that a browser hands over', request(), redirect('mailto:a@b')],
    ['to nowhere', request(), redirect('http://')],
    ['of a script', request({ mode: 'cors', destination: '' }), redirect('https://pay.example/')],
    ['of a tab', request({ destination: 'document' }), redirect('https://pay.example/')],
    ['with a body that has to go along', request({ method: 'POST' }), redirect('https://pay.example/', 307)],
    ['that is none', request(), new Response('x', { headers: { location: 'https://pay.example/' } })],
  ])('leaves a redirect alone %s', (_, to, answer) => {
    expect(leave(to, answer)).toBeUndefined();
  });

  it('goes on from a form that was sent', () => {
    expect(leave(request({ method: 'POST' }), redirect('https://pay.example/', 303))?.status).toBe(200);
  });
});
