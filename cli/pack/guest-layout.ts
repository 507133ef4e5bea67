import type { ImageSource } from '../../kernel-host/image/writer.js';
import { OUTGOING_PORT } from '../../kernel-host/outgoing/serve-outgoing.js';
import { opcodeCacheOptions } from '../php/settings.js';

/**
 * Where things lie for the guest. The image is mounted on /var, so that it brings the places that PHP writes to, beside
 * the document root, which is where PHP's official container images have it.
 */
export const MOUNT_POINT = '/var';
export const DOCUMENT_ROOT = '/var/www/html';
/** The document root within the image. */
export const IMAGE_DOCUMENT_ROOT = 'www/html';
/** Directory within the image for a router script from outside of the document root. */
export const IMAGE_ROUTER_DIRECTORY = 'router';
const OPCACHE_DIRECTORY = '/var/cache/opcache';

/**
 * What runs before each page. `php -S` speaks plain HTTP only, and a page asks $_SERVER whether the visitor's connection is secure, as it would
 * behind a server that ends TLS and says so to PHP (Apache's and nginx's own modules set the same).
 */
const SECURE_CODE = `$_SERVER['HTTPS'] = 'on';
$_SERVER['REQUEST_SCHEME'] = 'https';
$_SERVER['SERVER_PORT'] = '443';
`;

/** PHP's own streams do not look at http_proxy. */
const OUTGOING_CODE = `stream_context_set_default(['http' => ['proxy' => 'tcp://127.0.0.1:${OUTGOING_PORT}', 'request_fulluri' => true]]);
`;

const preludePath = (secure: boolean): string => `portside/${secure ? 'https' : 'http'}.php`;

const prelude = (secure: boolean, outgoing: boolean): string =>
  `<?php\n${secure ? SECURE_CODE : ''}${outgoing ? OUTGOING_CODE : ''}`;

/** What lies around the document root. */
export function surroundings(outgoing = false): ImageSource[] {
  const directories = ['', 'www', 'cache', 'cache/opcache', 'portside'].map(
    (path) => ({ type: 'directory', path, permissions: 0o755, mtime: 0 }) as const,
  );
  const preludes = [true, ...(outgoing ? [false] : [])].map((secure) => {
    const code = new TextEncoder().encode(prelude(secure, outgoing));
    return {
      ...({ type: 'file', permissions: 0o644, mtime: 0 } as const),
      path: preludePath(secure),
      size: code.length,
      read: () => [code],
    };
  });
  return [...directories, ...preludes];
}

/** Of a site that is visited over HTTPS, or not: beside those of every site. */
export const preludeSettings = (secure: boolean, outgoing = false): readonly string[] =>
  secure || outgoing ? [`auto_prepend_file=${MOUNT_POINT}/${preludePath(secure)}`] : [];

/**
 * An empty php.ini lets files of 2 MB and bodies of 8 MB through, limits that spare a server that strangers share. Here each
 * visitor has a server of their own: files of 50 MB and more go through, with room for the rest of their form.
 */
export const UPLOAD_SETTINGS: readonly string[] = ['upload_max_filesize=64M', 'post_max_size=72M'];

/**
 * Command line of a server process. Besides `settings`, each a `name=value`, PHP runs as with an empty php.ini but for where
 * its opcode cache lies: in files, so that all server processes share it and it outlives them. It is on by itself: `php -S` is
 * the SAPI `cli-server`, to which `opcache.enable_cli` does not apply (tried with each version from 7.4 to 8.5).
 */
export function serverArguments(router: string | undefined, settings = UPLOAD_SETTINGS): string[] {
  return [
    'php',
    ...settings.flatMap((setting) => ['-d', setting]),
    ...opcodeCacheOptions(OPCACHE_DIRECTORY),
    // Filled in at boot: the address that the visitor sees is the one that PHP tells of itself.
    ...['-S', '{host}:{port}'],
    ...['-t', DOCUMENT_ROOT],
    ...(router === undefined ? [] : [router]),
  ];
}
