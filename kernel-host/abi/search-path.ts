/** Where programs are looked for (POSIX 8.3, PATH). */

/** confstr(_CS_PATH) */
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';

/** Directories, with a colon between each and the next: what an environment says, or what holds when it says nothing. */
export const searchPath = (environment: readonly string[]): string =>
  environment.find((entry) => entry.startsWith('PATH='))?.slice(5) ?? DEFAULT_PATH;
