import type { CookieWrite } from '../../protocol/cookies.js';
import type { PageToWorker } from '../../protocol/page.js';
import { isLife } from '../../protocol/tunnel.js';

/** An app may use the same channel for messages of its own: only ours carry `portside`. */
export function isPageMessage(data: unknown): data is PageToWorker {
  if (typeof data !== 'object' || data === null || !('portside' in data)) return false;
  if (data.portside === 'keep-alive') return true;
  if (!('base' in data) || typeof data.base !== 'string') return false;
  if (data.portside === 'take-over' || data.portside === 'claim') return true;
  if (data.portside === 'upgrade') return isUpgrade(data);
  if (data.portside === 'cookies-seen') return 'version' in data && typeof data.version === 'number';
  if (data.portside === 'cookie-write') return isCookieWrite(data);
  if (data.portside === 'connect') return 'version' in data && 'isolated' in data && typeof data.isolated === 'boolean';
  return data.portside === 'disconnect' || (data.portside === 'inspect' && 'version' in data);
}

/** RFC 9110 section 5.6.2: what a subprotocol's name may be (RFC 6455 section 4.1). */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

function isUpgrade(data: object): boolean {
  if (!('url' in data && 'protocols' in data && 'life' in data)) return false;
  const { url, protocols, life } = data;
  if (typeof url !== 'string' || !/^wss?:$/.test(URL.parse(url)?.protocol ?? '') || !isLife(life)) return false;
  return Array.isArray(protocols) && protocols.every((name) => typeof name === 'string' && TOKEN.test(name));
}

export const isCookieWrite = (data: unknown): data is CookieWrite =>
  typeof data === 'object' &&
  data !== null &&
  'path' in data &&
  isPath(data.path) &&
  'routeBase' in data &&
  isPath(data.routeBase) &&
  data.routeBase.endsWith('/') &&
  'cookie' in data &&
  typeof data.cookie === 'string' &&
  'id' in data &&
  typeof data.id === 'string';

const isPath = (value: unknown): value is string => typeof value === 'string' && value.startsWith('/');
