type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The content coding `deflate` is zlib's format (RFC 9110 section 8.4.1.2); some servers send bare DEFLATE, and browsers take both, as
 * told by the first two bytes.
 */
export function inflated(source: ReadableStream<Bytes>): ReadableStream<Bytes> {
  const coded = source.getReader();
  let plain: ReadableStreamDefaultReader<Bytes> | undefined;
  return new ReadableStream<Bytes>(
    {
      async pull(controller) {
        plain ??= await inflate(coded);
        const { done, value } = await plain.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => (plain ?? coded).cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

async function inflate(coded: ReadableStreamDefaultReader<Bytes>): Promise<ReadableStreamDefaultReader<Bytes>> {
  const head: Bytes[] = [];
  const start: number[] = [];
  while (start.length < 2) {
    const { done, value } = await coded.read();
    if (done) break;
    head.push(value);
    start.push(...value.subarray(0, 2 - start.length));
  }
  const format = isZlib(start) ? 'deflate' : 'deflate-raw';
  const whole = new ReadableStream<Bytes>(
    {
      async pull(controller) {
        const first = head.shift();
        if (first) {
          controller.enqueue(first);
          return;
        }
        const { done, value } = await coded.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => coded.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return whole.pipeThrough(new DecompressionStream(format)).getReader();
}

/** RFC 1950 section 2.2: compression method 8, and a check that makes the two bytes a multiple of 31. */
const isZlib = ([method = 0, flags = 0]: readonly number[]): boolean =>
  (method & 0x0f) === 8 && ((method << 8) | flags) % 31 === 0;
