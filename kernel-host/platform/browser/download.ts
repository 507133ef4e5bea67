/** One part of a machine, as it comes over the network: counted, verified, inflated. Nothing here knows what it is for. */
import { PortsideError } from '../../../protocol/errors.js';
import type { Asset } from '../../../protocol/site.js';

/** Called with the bytes that arrived since the last call, counted as served. */
export type OnBytes = (count: number) => void;

/** Takes the inflated bytes in order. The chunk is only lent: what is to stay must be copied before returning. */
export type ByteSink = (chunk: Uint8Array<ArrayBuffer>) => void;

export interface DownloadOptions {
  readonly onBytes: OnBytes;
  readonly signal: AbortSignal;
  readonly priority?: RequestPriority;
  /** In place of what the host would answer. */
  readonly response?: Response;
}

/** Bytes of an asset once it is inflated. */
export const inflatedSize = (asset: Asset): number => asset.rawSize ?? asset.size;

/**
 * Fetches `asset` and hands its inflated bytes to `sink` while they arrive.
 *
 * The sink has seen every byte before the digest is known: nothing it was given may be run or trusted until the promise
 * has resolved, and all of it must be dropped when it rejects.
 *
 * @throws PortsideError `asset-missing`: the host answers that there is no such file.
 * @throws PortsideError `asset-unreachable`: no connection, another HTTP error, or a transfer that broke off.
 * @throws PortsideError `asset-damaged`: size, SHA-256 or compression are not those of the asset.
 */
export async function download(asset: Asset, url: URL, sink: ByteSink, io: DownloadOptions): Promise<void> {
  const response = await request(asset, url, io);
  const served = new ServedBytes(asset, response.headers.get('content-encoding'), io.onBytes);
  const inflated = asset.encoding
    ? response.body.pipeThrough(served.tap()).pipeThrough(new DecompressionStream(asset.encoding))
    : response.body.pipeThrough(served.tap());
  const size = inflatedSize(asset);
  let arrived = 0;
  try {
    for (const reader = inflated.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      arrived += value.byteLength;
      if (arrived > size) {
        await reader.cancel();
        throw served.damaged(`holds more than its ${size} bytes`);
      }
      sink(value);
    }
  } catch (error) {
    throw served.explain(error);
  }
  if (arrived !== size) throw served.damaged(`holds ${arrived} of ${size} bytes`);
  await served.verify();
}

async function request(
  asset: Asset,
  url: URL,
  { signal, priority, response: given }: DownloadOptions,
): Promise<Response & { readonly body: ReadableStream }> {
  let response: Response;
  try {
    response = given ?? (await fetch(url, { signal, ...(priority && { priority }) }));
  } catch (error) {
    // Fetch tells a page no more than "TypeError", whatever the network did.
    throw new PortsideError('asset-unreachable', asset.path, { cause: error });
  }
  if (response.status === 404 || response.status === 410) throw new PortsideError('asset-missing', asset.path);
  if (!response.ok) throw new PortsideError('asset-unreachable', `${asset.path}: HTTP ${response.status}`);
  if (!hasBody(response)) throw new PortsideError('asset-damaged', `${asset.path}: empty`);
  return response;
}

const hasBody = (response: Response): response is Response & { readonly body: ReadableStream } =>
  response.body !== null;

/**
 * Counts and keeps the bytes as served, for the digest: WebCrypto hashes a whole buffer and nothing less. That buffer is as
 * large as the download, which is compressed; hashing in script, piece by piece, would cost the kernel's thread more.
 */
class ServedBytes {
  readonly #asset: Asset;
  readonly #contentEncoding: string | null;
  readonly #onBytes: OnBytes;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #filled = 0;
  #complete = false;

  constructor(asset: Asset, contentEncoding: string | null, onBytes: OnBytes) {
    this.#asset = asset;
    this.#contentEncoding = contentEncoding;
    this.#onBytes = onBytes;
    this.#bytes = new Uint8Array(asset.size);
  }

  tap(): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
    return new TransformStream({
      transform: (chunk, controller) => {
        if (this.#filled + chunk.byteLength > this.#asset.size) {
          throw this.damaged(`is larger than its ${this.#asset.size} bytes`);
        }
        this.#bytes.set(chunk, this.#filled);
        this.#filled += chunk.byteLength;
        this.#onBytes(chunk.byteLength);
        controller.enqueue(chunk);
      },
      flush: () => {
        this.#complete = true;
      },
    });
  }

  async verify(): Promise<void> {
    if (this.#filled !== this.#asset.size) throw this.damaged(`has ${this.#filled} of ${this.#asset.size} bytes`);
    const digest = toHex(await crypto.subtle.digest('SHA-256', this.#bytes));
    if (digest !== this.#asset.sha256) throw this.damaged(`has SHA-256 ${digest}, not ${this.#asset.sha256}`);
  }

  damaged(how: string, cause?: unknown): PortsideError {
    // A host that takes the file's own compression for one of transport makes the browser undo it.
    const undone = this.#asset.encoding && this.#contentEncoding?.includes(this.#asset.encoding);
    const hint = undone ? ` The host marks the file with Content-Encoding: ${this.#contentEncoding}.` : '';
    return new PortsideError('asset-damaged', `${this.#asset.path} ${how}.${hint}`, { cause });
  }

  /** Streams report a broken transfer and bytes that do not inflate alike, as TypeError: whether all bytes came tells. */
  explain(error: unknown): PortsideError {
    if (error instanceof PortsideError) return error;
    if (this.#complete || this.#inflatesBadly()) return this.damaged('does not inflate', error);
    return new PortsideError('asset-unreachable', `${this.#asset.path}: the transfer broke off`, { cause: error });
  }

  /** RFC 1952, section 2.3.1: a gzip member begins with these two bytes. */
  #inflatesBadly(): boolean {
    if (this.#asset.encoding !== 'gzip' || this.#filled < 2) return false;
    return this.#bytes[0] !== 0x1f || this.#bytes[1] !== 0x8b;
  }
}

const toHex = (digest: ArrayBuffer): string =>
  Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
