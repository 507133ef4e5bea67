import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { insertScript } from '../../../../sw/document/insert-script.js';

const encoder = new TextEncoder();
const SCRIPT = encoder.encode('<script>§</script>');

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const fromLatin1 = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

async function streamed(chunks: readonly Uint8Array<ArrayBuffer>[]): Promise<string> {
  const document = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  const body = insertScript(document, SCRIPT);
  return latin1(new Uint8Array(await new Response(body).arrayBuffer()));
}

function atOnce(document: Uint8Array<ArrayBuffer>): string {
  const body = insertScript(document.slice().buffer, SCRIPT);
  if (!(body instanceof ArrayBuffer)) throw new Error('A buffer became a stream.');
  return latin1(new Uint8Array(body));
}

const marker = latin1(SCRIPT);
/** `|` is where the script is to be; without one there is to be none. */
const expected = (marked: string) => marked.replace('|', marker);
const plain = (marked: string) => fromLatin1(marked.replace('|', ''));

const documents = [
  '|',
  '  \n|',
  '|text',
  '|text<script></script>',
  '<!doctype html>\n|<script>1</script>',
  '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">\r\n<html xmlns="a>b">|<body>',
  '<!doctype html><html lang=de><head><meta charset="utf-8"><title>a <b> </tit </titles> </TITLE ><base href=/>|<link rel=stylesheet href=a.css>',
  '<!doctype html><html\n lang = "a>b" data-x=\'>\' y=">" z>|<body onload=x()>',
  '<head><meta name=viewport content="a>b"/>|<style></style>',
  '<html>|<frameset cols=1></frameset>',
  '|<html onload="x()"><head>',
  '<html>|<head OnClick=x><meta charset=utf-8>',
  '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">|<p>',
  '<meta charset=utf-8>|<meta http-equiv=Content-Security-Policy content="script-src \'none\'">',
  '|<meta content="0;url=/" http-equiv=refresh>',
  '<!-- <script>no</script> --><!--><!---><!-- a --!><!----->|x',
  '<!-- <!-- --> |x -->',
  '<!-- - -- --x --!x -->|<p>',
  '<?xml version="1.0"?>\n<!doctype html>|<p>',
  '<!x><!-><!->|<p>',
  '|</p>',
  '|< p',
  '|<1',
  '<title/>text</title>|<script>',
  '<html =">|"x',
  '<html a=">">|x',
  '<html a="">|">x',
  '|<scr',
  '|<html lang=',
  '|<',
  '<!-- never ends <script>',
  '<!doctype html',
  '<title>never ends <script></script>',
  '\xef\xbb\xbf<!doctype html>|<p>',
  '\xef\xbb\xbf|',
  '|\xef\xbb',
  '|\xef',
  '|\xe4rger',
  '\xfe\xff\0<\0p\0>',
  '\xff\xfe<\0p\0>\0',
  '<\0p\0>\0',
  '\0<\0p\0>',
  '<html>|\0',
];

describe('where the script goes', () => {
  test.each(documents)('%j', async (marked) => {
    expect(atOnce(plain(marked))).toBe(expected(marked));
    const bytes = plain(marked);
    const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
    expect(await streamed(single)).toBe(expected(marked));
  });

  test('a tag of any length is not waited for', () => {
    const long = `<!doctype html>|<html data-a="${'x'.repeat(9_000)}"><p>`;
    expect(atOnce(plain(long))).toBe(expected(long));
  });
});

describe('whatever the chunks', () => {
  const fragment = fc.constantFrom(
    ...['<', '>', '"', "'", '=', '-', '!', '/', ' ', '\n', '\0', 'x', '\xef\xbb\xbf', '\xff\xfe'],
    ...['<!doctype html>', '<html lang="a>', '<head>', '<meta ', 'http-equiv=refresh', 'charset=utf-8', '<!--', '-->'],
    ...['<title>', '</title', '<script>', '<body', ' onload=x', '<base>'],
  );
  const document = fc.array(fragment, { maxLength: 20 }).map((parts) => fromLatin1(parts.join('')));
  const chunked = document.chain((bytes) =>
    fc.array(fc.nat(bytes.length), { maxLength: 6 }).map((cuts) => {
      const ends = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      return { bytes, chunks: ends.slice(1).map((end, index) => bytes.slice(ends[index], end)) };
    }),
  );

  test('the script is in the same place, once or not at all, and all else is as it was', async () => {
    await fc.assert(
      fc.asyncProperty(chunked, async ({ bytes, chunks }) => {
        const output = await streamed(chunks);
        expect(output).toBe(atOnce(bytes));
        const [before, ...after] = output.split(marker);
        expect(after.length).toBeLessThanOrEqual(1);
        expect((before ?? '') + after.join('')).toBe(latin1(bytes));
      }),
      { numRuns: 2_000 },
    );
  });
});

test('what has been read is passed on: only a tag that has not ended waits', async () => {
  const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>(
    undefined,
    undefined,
    { highWaterMark: 8 },
  );
  const body = insertScript(readable, SCRIPT);
  if (!(body instanceof ReadableStream)) throw new Error('A stream became a buffer.');
  const writer = writable.getWriter();
  const reader = body.getReader();
  const read = async () => latin1((await reader.read()).value ?? new Uint8Array());
  void writer.write(fromLatin1('<!doctype html><!-- a'));
  expect(await read()).toBe('<!doctype html><!-- a');
  void writer.write(fromLatin1(' --> <ti'));
  expect(await read()).toBe(' --> ');
  void writer.write(fromLatin1('tle>long'));
  expect(await read()).toBe('<ti');
  expect(await read()).toBe('tle>long');
  void writer.write(fromLatin1('</title>x'));
  expect(await read()).toBe('</title>');
  expect(await read()).toBe(marker);
  expect(await read()).toBe('x');
});
