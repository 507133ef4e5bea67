import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_HEAD, ResponseParser } from '../../../kernel-host/http/response-parser.js';
import { bytesOf, text } from './support/recorder.js';

interface Parsed {
  status: number | undefined;
  statusText: string | undefined;
  headers: readonly (readonly [string, string])[] | undefined;
  body: string;
  done: boolean;
  code: string | undefined;
}

/** Parses `bytes` in pieces of the given sizes, over and over; then the connection ends. */
function parse(
  bytes: Uint8Array | string,
  { sizes = [Number.POSITIVE_INFINITY], method = 'GET', reset = false } = {},
): Parsed {
  const input = typeof bytes === 'string' ? bytesOf(bytes) : bytes;
  const parser = new ResponseParser(method);
  const body: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < input.length; turn++) {
    const size = Math.min(sizes[turn % sizes.length] ?? 1, input.length - at);
    // Something stands before the piece, and must stay as it is.
    const buffer = new Uint8Array([0xaa, ...input.subarray(at, at + size)]);
    const count = parser.parse(buffer, 1, buffer.length);
    expect(buffer[0]).toBe(0xaa);
    expect(count).toBeLessThanOrEqual(size);
    body.push(buffer.slice(1, 1 + count));
    at += size;
  }
  if (!parser.done && !parser.failure) parser.end(reset);
  expect(parser.done).toBe(parser.failure === null);
  return {
    status: parser.head?.status,
    statusText: parser.head?.statusText,
    headers: parser.head?.headers,
    body: text(new Uint8Array(Buffer.concat(body))),
    done: parser.done,
    code: parser.failure?.code,
  };
}

const ok = (fields: string, body = '') => `HTTP/1.1 200 OK\r\n${fields}\r\n${body}`;

describe('the head', () => {
  it('is read with its fields in order, repeated ones kept', () => {
    expect(parse(ok('Content-Type: text/html\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nX-Empty:\r\n', 'hello'))).toEqual(
      {
        status: 200,
        statusText: 'OK',
        headers: [
          ['Content-Type', 'text/html'],
          ['Set-Cookie', 'a=1'],
          ['set-cookie', 'b=2'],
          ['X-Empty', ''],
        ],
        body: 'hello',
        done: true,
        code: undefined,
      },
    );
  });

  it.each([
    ['bare line feeds', 'HTTP/1.1 200 OK\nA: b\n\nbody'],
    ['empty lines before it', '\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\nbody'],
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nA: b\r\n\r\nbody'],
    ['lower case', 'http/1.1 200 OK\r\nA: b\r\n\r\nbody'],
    ['blanks around a value', 'HTTP/1.1 200 OK\r\nA: \t b \t\r\n\r\nbody'],
    ['a blank before the colon', 'HTTP/1.1 200 OK\r\nA : b\r\n\r\nbody'],
    ['lines that are no field', 'HTTP/1.1 200 OK\r\nnothing\r\n: no name\r\nbad name: x\r\nA: b\r\n\r\nbody'],
    ['a fold before the first field', 'HTTP/1.1 200 OK\r\n folded\r\nA: b\r\n\r\nbody'],
  ])('may have %s', (_what, bytes) => {
    expect(parse(bytes)).toMatchObject({
      status: 200,
      statusText: 'OK',
      headers: [['A', 'b']],
      body: 'body',
      done: true,
    });
  });

  it('joins folded lines', () => {
    expect(parse(ok('A: one\r\n two\r\n\tthree\r\nB:\r\n later\r\n')).headers).toEqual([
      ['A', 'one two three'],
      ['B', 'later'],
    ]);
  });

  it('keeps bytes as bytes, and makes CR and NUL inside a value blanks', () => {
    const bytes = new Uint8Array([
      ...bytesOf('HTTP/1.1 200 OK\r\nA: '),
      0x80,
      0xff,
      0x0d,
      0x00,
      0x41,
      ...bytesOf('\r\n\r\n'),
    ]);
    expect(parse(bytes).headers).toEqual([['A', '\u0080\u00ff  A']]);
  });

  it.each(['HTTP/1.1 404\r\n\r\n', 'HTTP/1.1 404 \r\n\r\n', 'HTTP/1.1  404\n\n'])('may lack a reason: %j', (bytes) => {
    expect(parse(bytes)).toMatchObject({ status: 404, statusText: '', done: true });
  });

  it.each([
    'SSH-2.0-OpenSSH_9.2\r\n\r\n',
    'HTTP/2 200 OK\r\n\r\n',
    'HTTP/1.1 20 OK\r\n\r\n',
    'HTTP/1.1 099 Low\r\n\r\n',
    'HTTP/1.1 600 High\r\n\r\n',
    '<html>\n\n',
    ok('Content-Length: 5\r\nContent-Length: 6\r\n', 'hello'),
    ok('Content-Length: five\r\n', 'hello'),
    ok('Content-Length: -5\r\n', 'hello'),
    ok('Content-Length: 99999999999999999999\r\n', 'hello'),
    ok('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'),
    ok('Transfer-Encoding: chunked, chunked\r\n', '0\r\n\r\n'),
  ])('is refused: %j', (bytes) => {
    expect(parse(bytes)).toMatchObject({ done: false, code: 'guest-bad-response' });
  });

  it('has a limit, also in pieces and over interim responses', () => {
    const field = `A: ${'b'.repeat(1000)}\r\n`;
    const long = ok(field.repeat(MAX_HEAD / field.length + 1));
    expect(parse(long).code).toBe('guest-bad-response');
    expect(parse(long, { sizes: [777] }).code).toBe('guest-bad-response');
    expect(parse(`${'HTTP/1.1 102 Processing\r\n\r\n'.repeat(MAX_HEAD / 20)}`).code).toBe('guest-bad-response');
    expect(parse(ok(field.repeat(200)), { sizes: [777] }).headers).toHaveLength(200);
  });

  it.each([
    ['blanks inside a value', `A: b${' '.repeat(MAX_HEAD - 100)}c\r\n`],
    ['folds', ` a\n`.repeat(80_000)],
    ['folds behind a field', `A: b\n${' a\n'.repeat(80_000)}`],
    ['list items', `Content-Length: ${'5,'.repeat(120_000)}\r\n`],
    ['tiny fields', 'a:\n'.repeat(80_000)],
  ])('of many %s takes no more than linear time', (_what, fields) => {
    const start = performance.now();
    parse(ok(fields));
    // Quadratic would be minutes.
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('passes over interim responses but reports 101', () => {
    const interim = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n';
    expect(parse(interim + ok('Content-Length: 2\r\n', 'ok'))).toMatchObject({ status: 200, body: 'ok', done: true });
    expect(parse('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nraw')).toMatchObject({
      status: 101,
      body: '',
      done: true,
    });
    expect(parse(`${interim}\r\n${ok('', 'ok')}`)).toMatchObject({ status: 200, body: 'ok', done: true });
    expect(parse(interim).code).toBe('guest-closed-early');
  });
});

describe('the body', () => {
  it.each([
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'],
    ['GET', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['GET', 'HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n'],
    ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n'],
    ['GET', 'HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['GET', ok('Content-Length: 0\r\n')],
  ])('of %s %j is empty, and the rest passed over', (method, bytes) => {
    expect(parse(`${bytes}more`, { method })).toMatchObject({ body: '', done: true });
  });

  it('has the declared length', () => {
    expect(parse(ok('Content-Length: 5\r\n', 'hello, more'))).toMatchObject({ body: 'hello', done: true });
    expect(parse(ok('Content-Length: 5, 5\r\nContent-Length: 5\r\n', 'hello'))).toMatchObject({
      body: 'hello',
      done: true,
    });
    expect(parse(ok('Content-Length: 50\r\n', 'hello'))).toMatchObject({
      body: 'hello',
      code: 'guest-truncated-response',
    });
  });

  it('lasts until the connection closes in order', () => {
    expect(parse(ok('', 'hello'))).toMatchObject({ body: 'hello', done: true });
    expect(parse(ok('', 'hello'), { reset: true })).toMatchObject({ body: 'hello', code: 'guest-truncated-response' });
  });

  it.each([
    ['plain', '5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n'],
    ['with extensions', '5;a=b\r\nhello\r\n6 ; c="d"\r\n world\r\n0;last\r\n\r\n'],
    ['with trailers', '5\r\nhello\r\n6\r\n world\r\n0\r\nExpires: now\r\nB: c\r\n\r\n'],
    ['with bare line feeds', '5\nhello\n6\n world\n0\n\n'],
    ['with padded sizes', '005  \r\nhello\r\n6   \r\n world\r\n000\r\n\r\n'],
  ])('in chunks, %s', (_what, chunks) => {
    expect(parse(ok('Transfer-Encoding: Chunked\r\nContent-Length: 3\r\n', `${chunks}excess`))).toMatchObject({
      body: 'hello world',
      done: true,
    });
  });

  it.each([
    'x\r\n',
    '\r\nhello',
    '5\r\nhello\r\n\r\n',
    '5\r\nhelloX',
    'fffffffffffffffff\r\n',
    '5 x\r\nhello',
    `1;${'a'.repeat(20_000)}`,
    `0\r\n${'T: x\r\n'.repeat(9000)}`,
  ])('in bad chunks %.20j is refused', (chunks) => {
    expect(parse(ok('Transfer-Encoding: chunked\r\n', chunks)).code).toBe('guest-bad-response');
  });

  it('may have any number of chunks', () => {
    const chunks = '5\r\nhello\r\n'.repeat(20_000);
    expect(parse(ok('Transfer-Encoding: chunked\r\n', `${chunks}0\r\n\r\n`)).body).toBe('hello'.repeat(20_000));
  });

  it('in chunks that stop is cut', () => {
    const whole = ok('Transfer-Encoding: chunked\r\n', '5\r\nhello\r\n0\r\n\r\n');
    const start = whole.indexOf('5\r\n');
    for (let end = start; end < whole.length; end++) {
      expect(parse(whole.slice(0, end)).code).toBe('guest-truncated-response');
    }
  });

  it('of a chunked HTTP/1.0 response is taken as it is, as browsers do', () => {
    expect(parse('HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi')).toMatchObject({
      body: '2\r\nhi',
      done: true,
    });
  });
});

describe('any bytes', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
  const chunked = fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { maxLength: 8 });
  const encode = (chunks: Uint8Array[]) =>
    Buffer.concat([
      ...chunks.flatMap((c) => [Buffer.from(`${c.length.toString(16)}\r\n`), c, Buffer.from('\r\n')]),
      Buffer.from('0\r\n\r\n'),
    ]);

  /** Whole responses, with some bytes changed. */
  const damaged = fc
    .tuple(
      fc.constantFrom(
        ok('Content-Length: 11\r\nA: b\r\n', 'hello world'),
        ok('Transfer-Encoding: chunked\r\n', '5;x\r\nhello\r\n6\r\n world\r\n0\r\nT: u\r\n\r\n'),
        'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 404 Not Found\nA: b\n c\n\nbody',
      ),
      fc.array(fc.tuple(fc.nat(), fc.constantFrom(0, 9, 10, 13, 32, 48, 58, 59, 65, 128, 255)), { maxLength: 4 }),
    )
    .map(([response, changes]) => {
      const bytes = bytesOf(response);
      for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
      return bytes;
    });

  it('give the same result however they are split', () => {
    fc.assert(
      fc.property(damaged, sizes, fc.constantFrom('GET', 'HEAD'), fc.boolean(), (bytes, split, method, reset) => {
        expect(parse(bytes, { sizes: split, method, reset })).toEqual(parse(bytes, { method, reset }));
      }),
      { numRuns: 2000 },
    );
  });

  it('never throw, and end in a result or a code', () => {
    const start = fc.constantFrom(
      '',
      'HTTP/1.1 200 OK\r\n',
      ok('Transfer-Encoding: chunked\r\n'),
      ok('Content-Length: 9\r\n'),
    );
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 300 }), sizes, (before, bytes, split) => {
        const result = parse(Buffer.concat([bytesOf(before), bytes]), { sizes: split });
        expect(result.done || result.code !== undefined).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('come through the chunked coding whole', () => {
    fc.assert(
      fc.property(chunked, sizes, (chunks, split) => {
        const parser = new ResponseParser('GET');
        const input = Buffer.concat([bytesOf(ok('Transfer-Encoding: chunked\r\n')), encode(chunks)]);
        const body: Uint8Array[] = [];
        for (let at = 0, turn = 0; at < input.length; turn++) {
          // Half of the turns read past the parser, as an exchange does where it may.
          const size = Math.min(split[turn % split.length] ?? 1, input.length - at);
          const ahead = Math.min(size, parser.bodyAhead);
          if (turn % 2 === 1 && ahead > 0) {
            body.push(input.subarray(at, at + ahead));
            parser.takeBody(ahead);
            at += ahead;
            continue;
          }
          const piece = Uint8Array.from(input.subarray(at, at + size));
          body.push(piece.slice(0, parser.parse(piece, 0, piece.length)));
          at += size;
        }
        expect(parser.done).toBe(true);
        expect(Buffer.concat(body)).toEqual(Buffer.concat(chunks));
      }),
      { numRuns: 1000 },
    );
  });
});
