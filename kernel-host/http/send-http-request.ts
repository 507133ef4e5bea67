/** One HTTP request to a guest, for hosts: a promise over an exchange. */
import type { HeaderList } from '../../protocol/bridge.js';
import { PortsideError } from '../../protocol/errors.js';
import type { HostNetwork } from './connection.js';
import { Exchange, type ExchangeSink } from './exchange.js';

export interface HttpRequest {
  readonly method: string;
  /** A path with its query, or an absolute URL, of which path, query and host are used. */
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | null;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; the values of a repeated name are joined by ", " (those of Set-Cookie by a line feed). */
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

export interface SendHttpRequestOptions {
  /** Milliseconds until the head of the response must have come: 60,000 unless given. Bodies have no limit. */
  readonly timeoutMs?: number;
  /** Stands behind the detail of an error. */
  readonly debugLabel?: string;
  /** How often a request is sent again when the guest closes without a byte: 1 unless given. Idempotent methods only. */
  readonly emptyResponseRetries?: number;
}

/** Rejects with PortsideError when there is no complete response. */
export function sendHttpRequest(
  network: HostNetwork,
  port: number,
  request: HttpRequest,
  options: SendHttpRequestOptions = {},
): Promise<HttpResponse> {
  const { timeoutMs = 60_000, debugLabel, emptyResponseRetries = 1 } = options;
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let status = 0;
    let headers: Record<string, string> = {};
    const finish = () => resolve({ status, headers, body: concatenate(chunks) });
    const sink: ExchangeSink = {
      response(head, body) {
        status = head.status;
        headers = joinHeaders(head.headers);
        if (body instanceof ArrayBuffer) chunks.push(new Uint8Array(body));
        if (body !== 'stream') finish();
      },
      chunk(chunk) {
        chunks.push(new Uint8Array(chunk));
        exchange.giveCredit(1);
      },
      end: finish,
      failed(code, detail) {
        const parts = [detail, debugLabel && `(${debugLabel})`];
        reject(new PortsideError(code, parts.filter(Boolean).join(' ') || undefined));
      },
      // The body goes whole: there is no stream to be credited.
      credit() {},
    };
    const { target, host } = addressOf(request.url, port);
    const exchange = new Exchange(
      network,
      {
        port,
        method: request.method,
        target,
        headers: withHost(request.headers, host),
        // A copy: a guest takes it over time, and its owner may change or detach it.
        body: request.body && new Uint8Array(request.body),
        headTimeout: timeoutMs,
      },
      sink,
      { listenTimeout: timeoutMs, emptyResponseRetries },
    );
    exchange.start();
  });
}

/** Request target and Host of a URL, or of a path at `port`. Throws PortsideError `bad-request`. */
function addressOf(url: string, port: number): { target: string; host: string } {
  const absolute = url.startsWith('/') ? `http://localhost:${port}${url}` : url;
  if (!URL.canParse(absolute)) throw new PortsideError('bad-request', `Its address is ${JSON.stringify(url)}.`);
  const { pathname, search, host } = new URL(absolute);
  return { target: pathname + search, host };
}

/** RFC 9112 section 3.2: Host is required, and best comes first. */
function withHost(headers: Record<string, string>, host: string): HeaderList {
  const list = Object.entries(headers);
  return list.some(([name]) => name.toLowerCase() === 'host') ? list : [['Host', host], ...list];
}

function joinHeaders(headers: HeaderList): Record<string, string> {
  const joined = new Map<string, string>();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    // A comma may be part of a cookie's date: RFC 9110 section 5.3.
    const separator = key === 'set-cookie' ? '\n' : ', ';
    const before = joined.get(key);
    joined.set(key, before === undefined ? value : before + separator + value);
  }
  return Object.fromEntries(joined);
}

function concatenate(chunks: readonly Uint8Array[]): Uint8Array {
  const [first] = chunks;
  if (chunks.length === 1 && first) return first;
  const whole = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
