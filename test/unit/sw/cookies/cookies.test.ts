import { beforeEach, describe, expect, test, vi } from 'vitest';
import { type CookieStorage, type KeptJar, SiteCookies } from '../../../../sw/cookies/cookies.js';

class MemoryStorage implements CookieStorage {
  kept: KeptJar | undefined;
  saves = 0;
  async load() {
    return this.kept;
  }
  async save(jar: KeptJar) {
    this.saves++;
    this.kept = structuredClone(jar);
  }
}

const at = (path: string, origin = 'http://127.0.0.1:5000') => new URL(path, origin);

let storage: MemoryStorage;
let cookies: SiteCookies;
beforeEach(() => {
  storage = new MemoryStorage();
  cookies = new SiteCookies(storage);
});
const store = (path: string, ...values: string[]) => cookies.store(values, at(path), '/', 'strict');
const header = (path: string) => cookies.header(at(path), 'strict');

describe('RFC 6265', () => {
  test('paths: the longer first, the default is the folder of the request', async () => {
    await store('/dir/page', 'a=1; Path=/', 'b=2', 'c=3; Path=/dir/deep');
    expect(await header('/')).toBe('a=1');
    expect(await header('/dir/')).toBe('b=2; a=1');
    expect(await header('/dir/deep/x')).toBe('c=3; b=2; a=1');
    expect(await header('/dirt')).toBe('a=1');
  });

  test('Max-Age wins over Expires, and zero deletes', async () => {
    await store('/', 'a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT', 'b=2');
    expect(await header('/')).toBe('a=1; b=2');
    await store('/', 'b=; Max-Age=0');
    expect(await header('/')).toBe('a=1');
  });

  test('Secure cookies are for https and for this machine', async () => {
    await store('/', 'a=1; Secure');
    expect(await header('/')).toBe('a=1');
    await cookies.store(['b=2; Secure'], at('/', 'https://example.org'), '/', 'strict');
    expect(await cookies.header(at('/', 'https://example.org'), 'strict')).toBe('b=2');
    expect(await cookies.header(at('/', 'http://example.org'), 'strict')).toBe('');
  });

  test('SameSite', async () => {
    await store('/', 'strict=1; SameSite=Strict', 'lax=2; SameSite=Lax', 'none=3; SameSite=None; Secure');
    expect(await cookies.header(at('/'), 'lax')).toBe('lax=2; none=3');
    expect(await cookies.header(at('/'), 'none')).toBe('none=3');
  });

  test('one that says nothing of SameSite is kept from what another site starts, but for links', async () => {
    await store('/', 'session=1');
    expect(await cookies.header(at('/'), 'lax')).toBe('session=1');
    expect(await cookies.header(at('/'), 'none')).toBe('');
  });

  test('a Domain that is not the host’s is refused, a loopback name means the host', async () => {
    await store('/', 'evil=1; Domain=example.com', 'own=2; Domain=localhost; Path=/', 'dotted=3;domain=.localhost');
    expect(await header('/')).toBe('own=2; dotted=3');
  });

  test('a Domain above the host is taken', async () => {
    await cookies.store(['a=1; Domain=example.org'], at('/', 'https://shop.example.org'), '/', 'strict');
    expect(await cookies.header(at('/', 'https://shop.example.org'), 'strict')).toBe('a=1');
  });

  test('what makes no sense is ignored, the rest is kept', async () => {
    await store('/', '', ';', 'good=1', `big=${'x'.repeat(10)}; Expires=nonsense`);
    expect(await header('/')).toContain('good=1');
  });
});

describe('keeping', () => {
  test('a new worker finds the cookies of the old one', async () => {
    await store('/', 'session=1; HttpOnly');
    cookies = new SiteCookies(storage);
    expect(await header('/')).toBe('session=1');
  });

  test('nothing is written for responses without cookies', async () => {
    await cookies.store([], at('/'), '/', 'strict');
    expect(storage.saves).toBe(0);
  });

  test('responses at once lose nothing', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, index) => store('/', `c${index}=1`)));
    cookies = new SiteCookies(storage);
    expect((await header('/')).split('; ')).toHaveLength(20);
  });

  test('a storage that fails costs the next visit, not this one', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const broken: CookieStorage = {
      load: () => Promise.reject(new Error('blocked')),
      save: () => Promise.reject(new Error('full')),
    };
    cookies = new SiteCookies(broken);
    await store('/', 'a=1');
    expect(await header('/')).toBe('a=1');
    expect(warn).toHaveBeenCalledTimes(2);
    warn.mockRestore();
  });
});

describe('scripts', () => {
  const ORIGIN = 'http://127.0.0.1:5000';
  const write = (cookie: string, path = '/') =>
    cookies.storeFromScript({ id: cookie, path, routeBase: '/shop/', cookie }, ORIGIN);
  const seen = async () => (await cookies.snapshot(ORIGIN)).cookies.map(({ name, value }) => `${name}=${value}`);

  test('see all but what is HttpOnly, of every path', async () => {
    await store('/', 'secret=1; HttpOnly', 'a=2; Path=/', 'deep=3; Path=/deep', 'gone=4; Max-Age=0');
    expect(await seen()).toEqual(['deep=3', 'a=2']);
  });

  test('neither set nor replace nor delete what is HttpOnly', async () => {
    await store('/', 'secret=1; HttpOnly');
    expect(await write('secret=2')).toBeUndefined();
    expect(await write('secret=; Max-Age=0')).toBeUndefined();
    expect(await write('other=1; HttpOnly')).toBeUndefined();
    expect(await header('/')).toBe('secret=1');
  });

  test('write in UTF-8, read what was sent in it, and may name the folder that the browser sees', async () => {
    await write('gr\u00fc\u00dfe=\u{1f600}; Path=/shop/');
    expect(await header('/')).toBe('gr\xc3\xbc\xc3\x9fe=\xf0\x9f\x98\x80');
    expect(await seen()).toEqual(['gr\u00fc\u00dfe=\u{1f600}']);
  });

  test('are told of a newer version with each change, and of none without', async () => {
    const first = await cookies.store(['a=1'], at('/'), '/', 'strict');
    const second = await write('b=2');
    expect(second?.version).toBeGreaterThan(first?.version ?? Number.NaN);
    expect(await write('b=2')).toBeUndefined();
    expect(await cookies.store(['secret=1; HttpOnly'], at('/'), '/', 'strict')).toBeUndefined();
    cookies = new SiteCookies(storage);
    expect((await cookies.snapshot(ORIGIN)).version).toBeGreaterThan(second?.version ?? Number.NaN);
  });

  test('a request that follows what a script set carries it', async () => {
    void write('a=1');
    expect(await header('/')).toBe('a=1');
  });
});

describe('room', () => {
  test('180 are kept, and those that were not used for the longest time go', async () => {
    await store('/', 'old=1');
    for (let index = 0; index < 180; index++) await store('/', `c${index}=1`);
    const kept = (await header('/')).split('; ');
    expect(kept).toHaveLength(180);
  });

  test('what has ended is kept no longer', async () => {
    await store('/', 'a=1', 'b=2');
    await store('/', 'a=; Max-Age=0');
    expect(storage.kept?.cookies).toHaveLength(1);
  });
});

test('a cookie that is used does not live longer for it', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  await store('/', 'a=1; Max-Age=60');
  vi.advanceTimersByTime(50_000);
  expect(await header('/')).toBe('a=1');
  vi.advanceTimersByTime(20_000);
  expect(await header('/')).toBe('');
  vi.useRealTimers();
});

test('a jar that is damaged is begun anew', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  storage.kept = JSON.parse('{ "cookies": "none" }');
  await store('/', 'a=1');
  expect(await header('/')).toBe('a=1');
  expect(warn).toHaveBeenCalledTimes(1);
  warn.mockRestore();
});
