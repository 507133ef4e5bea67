/** Checks what comes over the bridge: a port can be handed to a page, and a page can post anything. */
import { MACHINE_PORT } from '../../protocol/archive.js';
import { type Asker, type HeaderList, MAX_CHUNK, type RequestTrace, type ToKernel } from '../../protocol/bridge.js';
import { isLife, type ToTunnel } from '../../protocol/tunnel.js';

/** A message of the protocol, or null for anything else. */
export function readMessage(data: unknown): ToKernel | null {
  if (!isObject(data)) return null;
  const { type, id } = data;
  if (type === 'hello') return readHello(data);
  if (type === 'bye') return { type };
  if (type === 'inspect') return data.port instanceof MessagePort ? { type, port: data.port } : null;
  if (!isCount(id)) return null;
  switch (type) {
    case 'request':
      return readRequest(id, data);
    case 'ping':
      return readPing(id, data);
    case 'upgrade':
      return readUpgrade(id, data);
    case 'body':
      return isChunk(data.chunk) ? { type, id, chunk: data.chunk } : null;
    case 'credit':
      return isCount(data.chunks) && data.chunks > 0 ? { type, id, chunks: data.chunks } : null;
    case 'body-end':
    case 'body-error':
    case 'cancel':
    case 'delivered':
      return { type, id };
    default:
      return null;
  }
}

/** What a page says on its port for one WebSocket, or null. */
export function readTunnelMessage(data: unknown): ToTunnel | null {
  if (!isObject(data)) return null;
  const { type, chunk, chunks } = data;
  if (type === 'data') return isChunk(chunk) && chunk.byteLength > 0 ? { type, chunk } : null;
  if (type === 'credit') return isCount(chunks) && chunks > 0 ? { type, chunks } : null;
  return type === 'close' ? { type } : null;
}

/** The id of a message that is not of the protocol but names an exchange, so that its sender can be told. */
export function exchangeOf(data: unknown): number | null {
  return isObject(data) && isCount(data.id) ? data.id : null;
}

function readHello({ version, worker }: Record<string, unknown>): ToKernel | null {
  if (typeof version !== 'number') return null;
  if (worker === undefined) return { type: 'hello', version };
  return typeof worker === 'string' ? { type: 'hello', version, worker } : null;
}

function readPing(id: number, { method, asker }: Record<string, unknown>): ToKernel | null {
  if (typeof method !== 'string') return null;
  if (asker !== undefined && !isAsker(asker)) return null;
  return { type: 'ping', id, method, ...(asker !== undefined && { asker }) };
}

function readRequest(id: number, data: Record<string, unknown>): ToKernel | null {
  const { port, method, target, headers, body, bodyLength, chunked, headTimeout, trace, asker } = data;
  if (!isTcpPort(port) && port !== MACHINE_PORT) return null;
  if (typeof method !== 'string' || typeof target !== 'string' || !isHeaderList(headers)) return null;
  if (body !== null && body !== 'stream' && !(body instanceof ArrayBuffer)) return null;
  if (bodyLength !== undefined && !isCount(bodyLength)) return null;
  if (chunked !== undefined && chunked !== true) return null;
  if (!isDuration(headTimeout)) return null;
  if (trace !== undefined && !isTrace(trace)) return null;
  if (asker !== undefined && !isAsker(asker)) return null;
  return {
    type: 'request',
    id,
    port,
    method,
    target,
    headers,
    body,
    headTimeout,
    ...(bodyLength !== undefined && { bodyLength }),
    ...(chunked && { chunked }),
    ...(trace !== undefined && { trace }),
    ...(asker !== undefined && { asker }),
  };
}

function isTrace(value: unknown): value is RequestTrace {
  if (!isObject(value)) return false;
  const { url, receivedAt, sentAt } = value;
  return typeof url === 'string' && Number.isFinite(receivedAt) && Number.isFinite(sentAt);
}

function readUpgrade(id: number, data: Record<string, unknown>): ToKernel | null {
  const { port, target, headers, accept, protocols, headTimeout, page, life } = data;
  if (!isTcpPort(port) || typeof target !== 'string' || !isHeaderList(headers)) return null;
  if (typeof accept !== 'string' || !isStringList(protocols)) return null;
  if (!isDuration(headTimeout) || !isPort(page) || !isLife(life)) return null;
  return { type: 'upgrade', id, port, target, headers, accept, protocols, headTimeout, page, life };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isTcpPort(value: unknown): value is number {
  return isCount(value) && value >= 1 && value <= 65535;
}

/** Written so that NaN does not pass. */
function isDuration(value: unknown): value is number {
  return typeof value === 'number' && value > 0;
}

/** A message holds no functions but those of what was transferred with it. */
function isPort(value: unknown): value is MessagePort {
  return isObject(value) && typeof value.postMessage === 'function';
}

function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isChunk(value: unknown): value is ArrayBuffer {
  return value instanceof ArrayBuffer && value.byteLength <= MAX_CHUNK;
}

function isAsker(value: unknown): value is Asker {
  if (!isObject(value)) return false;
  const { client, url, navigation } = value;
  return typeof client === 'string' && typeof url === 'string' && typeof navigation === 'boolean';
}

function isHeaderList(value: unknown): value is HeaderList {
  return Array.isArray(value) && value.every(isHeader);
}

function isHeader(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && typeof value[1] === 'string';
}
