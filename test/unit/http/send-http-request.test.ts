import { describe, expect, it } from 'vitest';
import { sendHttpRequest } from '../../../kernel-host/http/send-http-request.js';
import { type FakeConnection, FakeNetwork } from './support/fake-network.js';
import { bytesOf, text } from './support/recorder.js';

const GET = { method: 'GET', url: '/', headers: {}, body: null };

describe('sendHttpRequest', () => {
  it('resolves with the whole response', async () => {
    let got = '';
    const network = new FakeNetwork(async (guest) => {
      got = await guest.guestReceiveUntil('body');
      await guest.guestSend(
        'HTTP/1.1 201 Made\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nVary: x\r\nVary: y\r\n__proto__: z\r\n\r\n',
      );
      await guest.guestSend(new Uint8Array(3_000_000).fill(65));
      guest.guestEnd();
    });
    const response = await sendHttpRequest(network, 8080, {
      method: 'PUT',
      url: '/ä b?c=d',
      headers: { 'X-Y': 'z' },
      body: bytesOf('body'),
    });
    expect(got).toBe(
      'PUT /%C3%A4%20b?c=d HTTP/1.1\r\nHost: localhost:8080\r\nX-Y: z\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody',
    );
    expect(response.status).toBe(201);
    expect(Object.entries(response.headers)).toEqual([
      ['set-cookie', 'a\nb'],
      ['vary', 'x, y'],
      ['__proto__', 'z'],
    ]);
    expect(response.body.length).toBe(3_000_000);
    expect(response.body.every((byte) => byte === 65)).toBe(true);
  });

  it('takes the host of an absolute address, unless one is given', async () => {
    const hosts: string[] = [];
    const network = new FakeNetwork(async (guest) => {
      hosts.push((await guest.guestReceiveUntil('\r\n\r\n')).split('\r\n').slice(0, 2).join(' '));
      await guest.guestSend('HTTP/1.1 204 No\r\n\r\n');
    });
    await sendHttpRequest(network, 80, { ...GET, url: 'http://example.org:81/x?y#z' });
    await sendHttpRequest(network, 80, { ...GET, headers: { host: 'given' } });
    expect(hosts).toEqual(['GET /x?y HTTP/1.1 Host: example.org:81', 'GET / HTTP/1.1 host: given']);
  });

  it('sends an idempotent request as often again as it is told', async () => {
    const closing = (guest: FakeConnection) => guest.guestEnd();
    for (const [retries, connections] of [
      [undefined, 2],
      [0, 1],
      [3, 4],
    ] as const) {
      const network = new FakeNetwork(closing);
      const options = retries === undefined ? {} : { emptyResponseRetries: retries };
      await expect(sendHttpRequest(network, 80, GET, options)).rejects.toMatchObject({ code: 'guest-closed-early' });
      expect(network.connections).toHaveLength(connections);
    }
  });

  it('rejects with a code, and the label in the detail', async () => {
    const network = new FakeNetwork(() => {});
    await expect(sendHttpRequest(network, 80, GET, { timeoutMs: 1, debugLabel: 'probe' })).rejects.toMatchObject({
      code: 'guest-timeout',
      detail: '(probe)',
    });
    await expect(sendHttpRequest(network, 80, { ...GET, url: 'no address' })).rejects.toMatchObject({
      code: 'bad-request',
    });
    await expect(sendHttpRequest(network, 80, { ...GET, method: 'A B' })).rejects.toMatchObject({
      code: 'bad-request',
    });
    network.listening = false;
    await expect(sendHttpRequest(network, 80, GET, { timeoutMs: 1 })).rejects.toMatchObject({
      code: 'guest-not-listening',
    });
  });

  it('of a body that its owner changes later sends what it was', async () => {
    let got = '';
    const network = new FakeNetwork(async (guest) => {
      got = text(await guest.guestReceive());
      await guest.guestSend('HTTP/1.1 204 No\r\n\r\n');
    });
    network.listening = false;
    const body = bytesOf('before');
    const sent = sendHttpRequest(network, 80, { ...GET, method: 'POST', body });
    body.set(bytesOf('after!'));
    network.listening = true;
    await sent;
    expect(got.endsWith('before')).toBe(true);
  });
});
