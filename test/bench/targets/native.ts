/** Native PHP's own web server, with its opcode cache in memory: no browser's part in it but the fetch. */
import { NATIVE_PHP, startNativePhp } from '../../support/native-php.js';
import type { Chromium } from '../chromium.js';
import type { Target } from './target.js';

export async function openNative(
  chromium: Chromium,
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Target> {
  const php = await startNativePhp({
    documentRoot: folder,
    program: NATIVE_PHP,
    settings: ['opcache.enable_cli=1', 'post_max_size=64M', 'memory_limit=256M'],
    env,
  });
  const page = await chromium.open();
  // Any page of that origin will do to fetch from.
  await page.load(`${php.origin}/one.txt`);
  return {
    name: 'native',
    page,
    base: '/',
    close: async () => {
      await page.close();
      await php.stop();
    },
  };
}
