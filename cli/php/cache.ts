import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * Where downloads are kept: `PORTSIDE_CACHE`, else `portside` in XDG_CACHE_HOME, else in `~/.cache`
 * (XDG Base Directory Specification: the variable counts only if it holds an absolute path).
 */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  if (env.PORTSIDE_CACHE) return resolve(env.PORTSIDE_CACHE);
  const xdg = env.XDG_CACHE_HOME;
  return join(xdg?.startsWith('/') ? xdg : join(homedir(), '.cache'), 'portside');
}
