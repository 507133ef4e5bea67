/** Puts a script into an HTML document as it passes by. No more is held back than a tag that has not ended yet. */
import type { GuestBody } from '../transport/exchange.js';
import { HeadScanner } from './head-scanner.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** `body` with `script` before everything in it that could run a script; as it is where there is no place for one. */
export function insertScript(body: Exclude<GuestBody, null>, script: Bytes): Exclude<GuestBody, null> {
  return body instanceof ArrayBuffer ? insertAtOnce(new Uint8Array(body), script) : body.pipeThrough(insertion(script));
}

function insertAtOnce(document: Bytes, script: Bytes): ArrayBuffer {
  const scanner = new HeadScanner();
  scanner.scan(document);
  scanner.end();
  const { place } = scanner;
  if (place.kind !== 'found') return document.buffer;
  const whole = new Uint8Array(document.length + script.length);
  whole.set(document.subarray(0, place.offset));
  whole.set(script, place.offset);
  whole.set(document.subarray(place.offset), place.offset + script.length);
  return whole.buffer;
}

function insertion(script: Bytes): TransformStream<Bytes, Bytes> {
  const scanner = new HeadScanner();
  /** Bytes that wait for the scanner to say whether the script goes before them. */
  let held: Bytes[] = [];
  let passedOn = 0;

  /** Passes on what lies before `offset`. */
  const release = (offset: number, controller: TransformStreamDefaultController<Bytes>) => {
    while (passedOn < offset) {
      const [first, ...rest] = held;
      if (first === undefined) break;
      const part = first.subarray(0, offset - passedOn);
      held = part.length === first.length ? rest : [first.subarray(part.length), ...rest];
      passedOn += part.length;
      if (part.length > 0) controller.enqueue(part);
    }
  };
  const settle = (controller: TransformStreamDefaultController<Bytes>) => {
    const { place, settled } = scanner;
    if (place.kind === 'unknown') {
      release(settled, controller);
      return;
    }
    if (place.kind === 'found') {
      release(place.offset, controller);
      controller.enqueue(script);
    }
    release(Number.POSITIVE_INFINITY, controller);
  };

  return new TransformStream({
    transform(chunk, controller) {
      if (scanner.place.kind !== 'unknown') {
        controller.enqueue(chunk);
        return;
      }
      held.push(chunk);
      scanner.scan(chunk);
      settle(controller);
    },
    flush(controller) {
      if (scanner.place.kind !== 'unknown') return;
      scanner.end();
      settle(controller);
      release(Number.POSITIVE_INFINITY, controller);
    },
  });
}
