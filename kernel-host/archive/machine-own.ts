/**
 * What a machine makes for itself when it boots, or could do without: no part of a site, so that an export of the whole leaves it
 * out and an import leaves it as it is. FHS 3.0 says of the places what may be lost with them.
 */
const MACHINE_OWN: ReadonlySet<string> = new Set([
  // Programs: their code is a compiled module, which no file holds.
  '/bin',
  '/usr/bin',
  '/usr/local/bin',
  '/dev',
  '/proc',
  '/run',
  '/tmp',
  '/var/tmp',
  // FHS section 5.5: what is here can be deleted without loss of data. PHP's opcode cache is.
  '/var/cache',
  // These tell the name of this machine, which another has not.
  '/etc/hostname',
  '/etc/hosts',
  '/etc/mtab',
]);

/** Where an import lies before it is in place: in the root, which no guest can replace by a link. */
export const STAGING_NAME = '.portside-import';

/** @param path absolute, without a slash at its end. */
export const isMachineOwn = (path: string): boolean => MACHINE_OWN.has(path) || path === `/${STAGING_NAME}`;

/** Caches that know files by their times: what an import has put in place may have the time of what was there. */
export const STALE_AFTER_IMPORT = '/var/cache';
