/** The other way to send the compared requests: by `fetch` in a page of the server that is asked, as its own scripts would. */
import type { Frame } from 'playwright-core';
import type { Fetcher, PageRequest } from './compare-exchange.js';

/** A longer body stays in the browser, and its length and digest stand for it. */
const LONGEST_SHOWN = 256 * 1024;

/**
 * Redirects are followed and cookies kept, by the browser: what it shows of an answer is that of the last page, to which
 * its address is added as a header.
 */
export const browserFetcher =
  (frame: Frame, origin: string): Fetcher =>
  async ({ method, path, headers = [], body }: PageRequest) => {
    const content = body && Buffer.from(body()).toString('base64');
    const { text, digest, ...answer } = await frame.evaluate(
      async ({ url, longest, content, ...init }) => {
        // Decoded by the browser: by a script, 50 MB would take longer than all the rest.
        const data = `data:application/octet-stream;base64,${content}`;
        const body = content === undefined ? undefined : await (await fetch(data)).arrayBuffer();
        const response = await fetch(url, { ...init, ...(body && { body }) });
        const bytes = new Uint8Array(await response.arrayBuffer());
        const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
        const long = bytes.length > longest;
        return {
          status: response.status,
          headers: [
            // What it names has been undone by the browser.
            ...[...response.headers].filter(([name]) => name !== 'content-encoding'),
            ['x-final-url', response.url] as [string, string],
          ],
          text: long ? '' : hex(bytes),
          digest: long ? [bytes.length, hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))] : undefined,
        };
      },
      {
        url: origin + path,
        longest: LONGEST_SHOWN,
        method,
        headers: headers.map(([n, v]): [string, string] => [n, v]),
        content,
      },
    );
    const bytes = digest ? Buffer.from(`<${digest[0]} bytes, sha256 ${digest[1]}>`) : Buffer.from(text, 'hex');
    return { ...answer, body: bytes };
  };
