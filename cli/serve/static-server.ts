import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import send from 'send';

/** Where a packed site is served from, and under which path. */
export interface StaticSite {
  readonly folder: string;
  /** Begins and ends with a slash. */
  readonly base: string;
}

/** Names that `portside pack` gives by content: what they name never changes. */
const HASHED_NAME = /^\/\.portside\/[^/]+\.[0-9a-f]{16}\.(js|bin|png|svg)$/;
const YEAR_IN_SECONDS = 365 * 24 * 60 * 60;
const IMMUTABLE = `public, max-age=${YEAR_IN_SECONDS}, immutable`;
/** May be stored, but is asked for again each time: a new release shows at once. */
const REVALIDATED = 'no-cache';

/**
 * A static host of the plainest kind: files as they lie in the folder, `index.html` for directories, `404.html` with
 * status 404 for the rest. It adds no isolation headers: a packed site must do without them.
 */
export function createStaticServer(site: StaticSite): Server {
  return createServer((request, response) => answer(site, request, response));
}

function answer({ folder, base }: StaticSite, request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    plain(response, 405, 'This server has files only.');
    return;
  }
  const [path = '/', query] = splitTarget(request.url ?? '/');
  if (`${path}/` === base) {
    redirect(response, base, query);
    return;
  }
  if (!path.startsWith(base)) {
    plain(response, 404, `The site is at ${base}`);
    return;
  }
  const sitePath = path.slice(base.length - 1);

  response.setHeader('Cache-Control', HASHED_NAME.test(sitePath) ? IMMUTABLE : REVALIDATED);
  send(request, sitePath, { root: folder, dotfiles: 'allow', cacheControl: false })
    .on('directory', () => redirect(response, `${path}/`, query))
    .on('error', (error: { readonly status?: number }) => fail(folder, request, response, error.status ?? 500))
    .pipe(response);
}

function fail(folder: string, request: IncomingMessage, response: ServerResponse, status: number): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.setHeader('Cache-Control', REVALIDATED);
  // 403 is `send`'s word for a path that leads out of the folder: there is nothing there.
  if (status !== 404 && status !== 403) {
    for (const name of ['Content-Type', 'ETag', 'Last-Modified']) response.removeHeader(name);
    plain(response, status, status === 416 ? 'The file has no such range.' : 'The file cannot be served.');
    return;
  }
  response.statusCode = 404;
  send(request, '/404.html', {
    root: folder,
    acceptRanges: false,
    cacheControl: false,
    etag: false,
    lastModified: false,
  })
    .on('error', () => plain(response, 404, 'There is no such file.'))
    .pipe(response);
}

/** Path and query of a request target, the query with its question mark. */
function splitTarget(target: string): readonly [path: string, query: string] {
  const mark = target.indexOf('?');
  return mark < 0 ? [target, ''] : [target.slice(0, mark), target.slice(mark)];
}

function redirect(response: ServerResponse, path: string, query = ''): void {
  // Two slashes at the beginning would name another host (RFC 3986, section 4.2).
  response.setHeader('Location', path.replace(/^[/\\]+/, '/') + query);
  plain(response, 301, 'Moved.');
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(`${text}\n`);
}
