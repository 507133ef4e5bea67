/** The other way to send the compared requests: by `fetch` in a page of the server that is asked, as its own scripts would. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ElementHandle, Frame } from 'playwright-core';
import type { Fetcher, PageRequest } from './compare-exchange.js';

const LONGEST_SHOWN = 256 * 1024;

/**
 * Redirects are followed and cookies kept, by the browser: what it shows of an answer is that of the last page, to which
 * its address is added as a header.
 *
 * @param longest bytes; a longer body stays in the browser, and its length and digest stand for it
 */
export const browserFetcher =
  (frame: Frame, origin: string, longest = LONGEST_SHOWN): Fetcher =>
  async ({ method, path, headers = [], body }: PageRequest) => {
    const input = body && (await chosenFile(frame, body()));
    const { text, digest, ...answer } = await frame.evaluate(
      async ({ url, longest, input, ...init }) => {
        const body = input instanceof HTMLInputElement ? input.files?.[0] : undefined;
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
        longest,
        method,
        headers: headers.map(([name, value]): [string, string] => [name, value]),
        input: input?.element,
      },
    );
    await input?.remove();
    const bytes = digest ? Buffer.from(`<${digest[0]} bytes, sha256 ${digest[1]}>`) : Buffer.from(text, 'hex');
    return { ...answer, body: bytes };
  };

/** Bytes as a file that a person has chosen: as an argument of a script, 50 MB would take longer than all the rest. */
async function chosenFile(
  frame: Frame,
  content: Uint8Array,
): Promise<{ readonly element: ElementHandle<HTMLInputElement>; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'portside-body-'));
  // Without an extension browsers take it to be of no type, and send none.
  const file = join(folder, 'body');
  await writeFile(file, content);
  const element = await frame.evaluateHandle(() => {
    const input = document.createElement('input');
    input.type = 'file';
    return input;
  });
  await element.setInputFiles(file);
  return {
    element,
    async remove() {
      await element.dispose();
      await rm(folder, { recursive: true });
    },
  };
}
