/** Checks the structure of an HTTP archive against HAR 1.2: which members there must be, of which type, and what they sum up to. */
import { expect } from 'vitest';

type Shape = Readonly<Record<string, unknown>>;

const string = expect.any(String);
const number = expect.any(Number);
const pairs = (list: unknown): boolean =>
  Array.isArray(list) && list.every((pair: Shape) => typeof pair.name === 'string' && typeof pair.value === 'string');

/** Fails where `har` is no archive; what it holds besides is its own business. */
export function expectHar(har: unknown): asserts har is { readonly log: { readonly entries: readonly HarEntry[] } } {
  expect(har).toMatchObject({
    log: { version: '1.2', creator: { name: string, version: string }, entries: expect.any(Array) },
  });
  const { log } = har as { log: { entries: HarEntry[] } };
  for (const entry of log.entries) {
    expect(entry).toMatchObject({
      startedDateTime: string,
      time: number,
      request: {
        method: string,
        url: string,
        httpVersion: string,
        cookies: expect.any(Array),
        headers: expect.any(Array),
        queryString: expect.any(Array),
        headersSize: number,
        bodySize: number,
      },
      response: {
        status: number,
        statusText: string,
        httpVersion: string,
        cookies: expect.any(Array),
        headers: expect.any(Array),
        content: { size: number, mimeType: string },
        redirectURL: string,
        headersSize: number,
        bodySize: number,
      },
      cache: {},
      timings: { send: number, wait: number, receive: number },
    });
    expect(entry.startedDateTime).toBe(new Date(entry.startedDateTime).toISOString());
    expect([entry.request.headers, entry.request.queryString, entry.response.headers].every(pairs)).toBe(true);
    const { blocked, dns, connect, send, wait, receive } = entry.timings;
    // "The sum of all timings": those of -1 do not apply, and `ssl` is part of `connect`.
    const sum = [blocked, dns, connect, send, wait, receive].reduce((all, part) => all + Math.max(0, part), 0);
    expect(entry.time).toBeCloseTo(sum, 6);
  }
}

export interface HarEntry {
  readonly startedDateTime: string;
  readonly time: number;
  readonly request: {
    readonly url: string;
    readonly method: string;
    readonly headers: unknown;
    readonly queryString: unknown;
  };
  readonly response: {
    readonly status: number;
    readonly headers: unknown;
    readonly content: { readonly size: number };
  };
  readonly timings: Readonly<Record<'blocked' | 'dns' | 'connect' | 'send' | 'wait' | 'receive', number>>;
}
