import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparePages, differenceReport, type PageCase, type Side } from '../../support/compare.js';
import type { PageRequest, PageResponse } from '../../support/compare-exchange.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const answer = (part: Partial<PageResponse> = {}): PageResponse => ({
  status: 200,
  headers: [['Content-type', 'text/plain']],
  body: bytes('a page\n'),
  ...part,
});

let nextPort = 40_001;
function side(respond: (request: PageRequest, port: number) => PageResponse | Promise<PageResponse>): Side {
  const port = nextPort++;
  return {
    name: `port ${port}`,
    fetch: async (request) => respond(request, port),
    habitat: { host: `127.0.0.1:${port}`, port, root: `/srv/${port}` },
  };
}

const page: PageCase = { name: 'page', steps: [{ method: 'GET', path: '/' }] };
const report = (left: Side, right: Side, pageCase = page, withoutHeaders?: Set<string>) =>
  differenceReport(comparePages([pageCase], left, right, withoutHeaders ? { withoutHeaders } : {}));
const reportOf = (left: Partial<PageResponse>, right: Partial<PageResponse>, pageCase = page) =>
  report(
    side(() => answer(left)),
    side(() => answer(right)),
    pageCase,
  );

describe('a planted difference', () => {
  it.each<[string, Partial<PageResponse>, RegExp]>([
    ['in the status', { status: 201 }, /-status 200\n\+status 201/],
    ['in one letter of the body', { body: bytes('a pagE\n') }, /-a page\n\+a pagE/],
    ['in the last line end', { body: bytes('a page') }, /-\n/],
    [
      'in a header value',
      { headers: [['Content-type', 'text/html']] },
      /-content-type: text\/plain\n\+content-type: text\/html/,
    ],
    ['by a header too few', { headers: [] }, /-content-type: text\/plain/],
    [
      'by a header too many',
      {
        headers: [
          ['Content-type', 'text/plain'],
          ['X-New', '1'],
        ],
      },
      /\+x-new: 1/,
    ],
    ['by an empty body', { body: bytes('') }, /-a page/],
    [
      'in a date long past',
      {
        headers: [
          ['Content-type', 'text/plain'],
          ['Expires', 'Thu, 19 Nov 1981 08:52:00 GMT'],
        ],
      },
      /\+expires: Thu, 19 Nov 1981/,
    ],
  ])('is reported %s', async (_, planted, expected) => {
    expect(await reportOf({}, planted)).toMatch(expected);
  });

  it('is reported in the order of equal names', async () => {
    const two = (a: string, b: string) => ({
      headers: [
        ['Set-Cookie', a],
        ['Set-Cookie', b],
      ] as const,
    });
    expect(await reportOf(two('a=1', 'b=2'), two('b=2', 'a=1'))).not.toBe('');
  });

  it('is reported in one byte of a large or binary body', async () => {
    const large = (last: number) => ({ body: new Uint8Array(300_000).with(299_999, last) });
    expect(await reportOf(large(1), large(2))).toMatch(/-<300000 bytes, sha256 [0-9a-f]{64}>/);
  });

  it('names the page, the step and the request', async () => {
    const steps = [1, 2].map((n) => ({ method: 'POST', path: `/${n}` }));
    const text = await report(
      side(() => answer()),
      side(({ path }) => answer({ body: bytes(path === '/2' ? 'other' : 'a page\n') })),
      { name: 'two steps', steps },
    );
    expect(text).toMatch(/^── two steps, step 2: POST \/2\n/);
  });

  it('is a server that does not answer, even if neither does', async () => {
    const dead = () => side(() => Promise.reject(new Error('connection refused')));
    expect(
      await report(
        side(() => answer()),
        dead(),
      ),
    ).toMatch(/\+<no answer: connection refused>/);
    expect(await report(dead(), dead())).toMatch(/no answer/);
  });
});

describe('what is no difference', () => {
  it('is where the server lives', async () => {
    const own = () =>
      side((_, port) =>
        answer({
          headers: [
            ['Host', `127.0.0.1:${port}`],
            ['Location', `http://localhost:${port}/x`],
          ],
          body: bytes(`/srv/${port}/a.php SERVER_PORT: "${port}"`),
        }),
      );
    expect(await report(own(), own())).toBe('');
  });

  it('is the clock, chance and the release', async () => {
    const at = (date: Date, id: string, release: string) => ({
      headers: [
        ['Date', date.toUTCString()],
        ['Set-Cookie', `PHPSESSID=${id}; expires=${date.toUTCString()}; path=/`],
        ['X-Powered-By', `PHP/8.2.${release}`],
      ] as const,
      body: bytes(`/tmp/php${id.slice(0, 6)}`),
    });
    const now = Date.now();
    expect(
      await reportOf(
        at(new Date(now), 'a'.repeat(26), '33'),
        at(new Date(now + 90_000), 'b'.repeat(26), '36-1+deb12u1'),
      ),
    ).toBe('');
  });

  it('is the order and the case of different header names', async () => {
    expect(
      await reportOf(
        {
          headers: [
            ['A', '1'],
            ['B', '2'],
          ],
        },
        {
          headers: [
            ['b', '2'],
            ['a', '1'],
          ],
        },
      ),
    ).toBe('');
  });

  it('is a line that the case lists, and nothing else on the page', async () => {
    const listed: PageCase = { ...page, mayDiffer: [{ line: /^version: /, because: 'libraries differ' }] };
    const body = (version: string, rest: string) => ({ body: bytes(`version: ${version}\nrest: ${rest}\n`) });
    expect(await reportOf(body('1', 'same'), body('2', 'same'), listed)).toBe('');
    expect(await reportOf(body('1', 'same'), body('2', 'other'), listed)).toMatch(/-rest: same\n\+rest: other/);
  });

  it('is a header that the way to the server can not carry', async () => {
    const left = side(() => answer({ headers: [['Connection', 'close']] }));
    expect(
      await report(
        left,
        side(() => answer({ headers: [] })),
        page,
        new Set(['connection']),
      ),
    ).toBe('');
  });

  it('is any page beside itself', async () => {
    const response = fc.record({
      status: fc.integer({ min: 200, max: 599 }),
      headers: fc.array(
        fc.tuple(
          fc
            .stringMatching(/^[A-Za-z][\w-]{0,8}$/)
            .filter((name) => !/^set-cookie$/i.test(name) && !/^content-encoding$/i.test(name)),
          fc.string(),
        ),
      ),
      body: fc.uint8Array({ maxLength: 200 }),
    });
    await fc.assert(
      fc.asyncProperty(response, async (same) => {
        const habitat = side(() => same);
        expect(await report(habitat, habitat)).toBe('');
      }),
    );
  });
});

describe('a visitor', () => {
  const counting = () => {
    const seen: string[] = [];
    const counted = side(({ headers = [] }) => {
      seen.push(headers.find(([name]) => name === 'Cookie')?.[1] ?? '');
      return answer({ headers: [['Set-Cookie', `visit=${seen.length}; Path=/`]] });
    });
    return { seen, counted };
  };

  it('keeps cookies through the steps of a case, and starts each case without any', async () => {
    const { seen, counted } = counting();
    const steps = [1, 2].map(() => ({ method: 'GET', path: '/' }));
    await differenceReport(
      comparePages(
        [
          { name: 'first', steps },
          { name: 'second', steps },
        ],
        counted,
        side(() => answer()),
      ),
    );
    expect(seen).toEqual(['', 'visit=1', '', 'visit=3']);
  });

  it('names the server that it asks', async () => {
    const paths: string[] = [];
    const asked = side(({ path, headers = [] }, port) => {
      paths.push(path.replace(String(port), 'own'), headers[0]?.[1].replace(String(port), 'own') ?? '');
      return answer();
    });
    await report(
      asked,
      side(() => answer()),
      { name: 'own', steps: [{ method: 'GET', path: '/?p={port}', headers: [['Referer', 'http://{host}/']] }] },
    );
    expect(paths).toEqual(['/?p=own', 'http://127.0.0.1:own/']);
  });
});
