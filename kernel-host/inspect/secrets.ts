/**
 * What of a request's head is for nobody to see. An inspector page is of the site's own origin, as the guest's documents are, whose
 * scripts could ask for what it shows: HttpOnly cookies (RFC 6265 section 4.1.2.6) and credentials would be HttpOnly no more.
 */
import type { HeaderList } from '../../protocol/bridge.js';

const HIDDEN = '…';

/** The same fields; of cookies the names and attributes alone, of credentials their scheme. */
export function withoutSecrets(headers: HeaderList): HeaderList {
  return headers.map(([name, value]) => [name, withoutSecret(name.toLowerCase(), value)] as const);
}

function withoutSecret(name: string, value: string): string {
  switch (name) {
    case 'cookie':
      return value.split(';').map(nameOfPair).join(';');
    case 'set-cookie': {
      const [pair = '', ...attributes] = value.split(';');
      return [nameOfPair(pair), ...attributes].join(';');
    }
    case 'authorization':
    case 'proxy-authorization':
      return value.replace(/^(\s*\S+\s+).*$/s, `$1${HIDDEN}`);
    default:
      return value;
  }
}

/** One that holds no `=` is a value without a name (RFC 6265bis section 5.7). */
function nameOfPair(pair: string): string {
  const end = pair.indexOf('=');
  return end < 0 ? HIDDEN : `${pair.slice(0, end)}=${HIDDEN}`;
}
