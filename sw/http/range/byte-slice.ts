import type { GuestBody } from '../../transport/exchange.js';
import type { ByteRange } from './range-header.js';

/**
 * The bytes of `range` out of a body that holds them all. A stream is read as it is asked for: what lies before is dropped chunk by
 * chunk, and behind the last byte the source is cancelled, which closes the guest's socket.
 */
export function sliceBody(body: ArrayBuffer | ReadableStream<Uint8Array<ArrayBuffer>>, range: ByteRange): GuestBody {
  return body instanceof ArrayBuffer ? body.slice(range.first, range.last + 1) : sliceStream(body, range);
}

function sliceStream(
  source: ReadableStream<Uint8Array<ArrayBuffer>>,
  { first, last }: ByteRange,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = source.getReader();
  let offset = 0;
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        for (;;) {
          const { done, value } = await reader.read();
          if (done) {
            // The guest's Content-Length promised more; whoever waits for the rest must not take this for all.
            controller.error(new TypeError('The body ended before the range did.'));
            return;
          }
          const start = offset;
          offset += value.byteLength;
          if (offset <= first) continue;
          controller.enqueue(value.subarray(Math.max(0, first - start), last + 1 - start));
          if (offset > last) {
            controller.close();
            await reader.cancel();
          }
          return;
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    // The source's own queue is the window: another one here would only hold more.
    { highWaterMark: 0 },
  );
}
