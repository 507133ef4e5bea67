import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { WorkerToPage } from '../../../../protocol/page.js';
import { CookieDocuments } from '../../../../sw/cookies/cookie-documents.js';
import { SiteCookies } from '../../../../sw/cookies/cookies.js';

const ORIGIN = 'http://127.0.0.1:5000';

class FakeDocument {
  readonly url = `${ORIGIN}/`;
  readonly id: string;
  readonly heard: Extract<WorkerToPage, { portside: 'cookies' }>[] = [];
  constructor(id: string) {
    this.id = id;
  }
  postMessage(message: WorkerToPage) {
    if (message.portside === 'cookies') this.heard.push(message);
  }
}

let open: FakeDocument[];
let cookies: SiteCookies;
let documents: CookieDocuments;
beforeEach(() => {
  open = [new FakeDocument('one'), new FakeDocument('two')];
  cookies = new SiteCookies({ load: async () => undefined, save: async () => {} });
  documents = new CookieDocuments({ origin: ORIGIN, scope: '/', cookies, documents: async () => open });
});
const [ONE, TWO] = [0, 1];
const of = (index: number): FakeDocument => {
  const document = open[index];
  if (!document) throw new Error('No such document.');
  return document;
};
const write = (cookie: string, id = 'w') => ({ id, path: '/', routeBase: '/', cookie });
const set = async (value: string) => {
  const snapshot = await cookies.store([value], new URL(ORIGIN), '/', 'strict');
  if (!snapshot) throw new Error('Nothing has changed.');
  return snapshot;
};

test('every document is told, and the one that asked is waited for', async () => {
  const snapshot = await set('a=1');
  let released = false;
  const told = documents.tell(snapshot, 'one').then(() => (released = true));
  await vi.waitFor(() => expect(of(ONE).heard).toHaveLength(1));
  expect(of(ONE).heard[0]).toMatchObject({ answer: true, version: snapshot.version });
  expect(of(TWO).heard[0]).toMatchObject({ answer: false, version: snapshot.version });
  await documents.seen(of(TWO), snapshot.version);
  await documents.seen(of(ONE), snapshot.version - 1);
  expect(released).toBe(false);
  await documents.seen(of(ONE), snapshot.version);
  await told;
  expect(released).toBe(true);
});

test('a document that does not answer is waited for once, until it is heard of', async () => {
  vi.useFakeTimers();
  const first = documents.tell(await set('a=1'), 'one');
  await vi.advanceTimersByTimeAsync(200);
  await first;
  await documents.tell(await set('a=2'), 'one');
  await documents.seen(of(ONE), 0);
  const again = documents.tell(await set('a=3'), 'one');
  await vi.advanceTimersByTimeAsync(0);
  expect(of(ONE).heard.at(-1)?.answer).toBe(true);
  await vi.advanceTimersByTimeAsync(200);
  await again;
  vi.useRealTimers();
});

test('a document that has missed something is told when it is heard of', async () => {
  const { version } = await set('a=1');
  await documents.seen(of(ONE), version);
  expect(of(ONE).heard).toEqual([]);
  await documents.seen(of(ONE), version - 1);
  expect(of(ONE).heard).toMatchObject([{ version, cookies: [{ name: 'a', value: '1' }] }]);
});

describe('a write', () => {
  const post = (query: string, init: RequestInit = { method: 'POST' }) =>
    documents.respond(new Request(`${ORIGIN}/.portside/cookies?${query}`, init));
  const encoded = (value: unknown) => encodeURIComponent(JSON.stringify(value));

  test('counts once, though it comes by request and by message', async () => {
    const deleted = post(encoded(write('a=; Max-Age=0', 'first')));
    const answer = post(encoded(write('a=1', 'second')));
    expect((await answer).status).toBe(204);
    expect((await deleted).status).toBe(204);
    await documents.take(write('a=; Max-Age=0', 'first'), of(ONE));
    expect(await cookies.header(new URL(ORIGIN), 'strict')).toBe('a=1');
    expect(of(ONE).heard.at(-1)?.written).toBe('first');
  });

  test.each([
    ['nonsense', 400],
    ['%', 400],
    [encoded({ ...write('a=1'), path: 'none' }), 400],
    [encoded({ ...write('a=1'), cookie: 1 }), 400],
    [encoded([]), 400],
  ])('%s is refused', async (query, status) => {
    expect((await post(query)).status).toBe(status);
  });

  test('with another method is refused', async () => {
    expect((await post(encoded(write('a=1')), { method: 'GET' })).status).toBe(405);
  });
});
