import type { ImageSource } from '../../kernel-host/image/writer.js';
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

/** Runs before each page of a site that is visited over HTTPS. */
const SECURE_PRELUDE = 'portside/https.php';

/**
 * `php -S` speaks plain HTTP only. A page asks $_SERVER whether the visitor's connection is secure, as it would behind a server
 * that ends TLS and says so to PHP (Apache's and nginx's own modules set the same).
 */
const SECURE_PRELUDE_CODE = `<?php
$_SERVER['HTTPS'] = 'on';
$_SERVER['REQUEST_SCHEME'] = 'https';
$_SERVER['SERVER_PORT'] = '443';
`;

/** What lies around the document root. */
export function surroundings(): ImageSource[] {
  const directories = ['', 'www', 'cache', 'cache/opcache', 'portside'].map(
    (path) => ({ type: 'directory', path, permissions: 0o755, mtime: 0 }) as const,
  );
  const prelude = new TextEncoder().encode(SECURE_PRELUDE_CODE);
  return [
    ...directories,
    { type: 'file', path: SECURE_PRELUDE, permissions: 0o644, mtime: 0, size: prelude.length, read: () => [prelude] },
  ];
}

/** The settings of a site that is visited over HTTPS, beside those of every site. */
export const SECURE_SETTINGS: readonly string[] = [`auto_prepend_file=${MOUNT_POINT}/${SECURE_PRELUDE}`];

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
