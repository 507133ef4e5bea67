/** WordPress, installed by its own installer in each target, with one post and its picture. */
import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Fetcher } from '../../support/compare-exchange.js';
import { visitWordpress } from '../../support/wordpress.js';
import { type Figures, median } from '../figures.js';
import type { FetchPlan } from '../in-page.js';
import type { Target } from '../targets/target.js';

const BUILD = fileURLToPath(new URL('../../../demo/wordpress/build.mjs', import.meta.url));

const ROUNDS = 10;
const AT_ONCE = 16;
const LANES = 8;

/** Its document root in `directory`, made where there is none yet. */
export async function wordpressRoot(directory: string): Promise<string> {
  const out = join(directory, 'wordpress');
  const root = join(out, 'root');
  const made = await access(root).then(
    () => true,
    () => false,
  );
  if (!made) await promisify(execFile)(process.execPath, [BUILD, '--out', out, '--root-only']);
  return root;
}

export async function install(target: Target): Promise<void> {
  await visitWordpress(fetcherOf(target), await originOf(target));
}

const originOf = async ({ page }: Target): Promise<string> => page.call('origin');

const fetcherOf =
  ({ page, base }: Target): Fetcher =>
  async ({ method, path, headers = [], body }) => {
    const bytes = body?.();
    const encoded = bytes ? Buffer.from(bytes).toString('base64') : null;
    // Links of a site below a path have it already.
    const whole = path.startsWith(base) ? path : base + path.slice(1);
    const response = await page.call('fetchOnce', method, whole, [...headers], encoded);
    return { ...response, body: Buffer.from(response.body, 'base64') };
  };

/** As the form sends it: WordPress checks the password and answers with a redirect. */
const LOGIN = new URLSearchParams({
  log: 'harbourmaster',
  pwd: 'a lamp in every window 7',
  'wp-submit': 'Log In',
  testcookie: '1',
}).toString();

export async function measureWordpress(targets: readonly Target[], figures: Figures): Promise<void> {
  const pages: readonly { name: string; plan: Omit<FetchPlan, 'count' | 'lanes'> }[] = [
    { name: 'WordPress, front page', plan: { path: '' } },
    { name: 'WordPress, form to log in', plan: { path: 'wp-login.php' } },
    { name: 'WordPress, log in', plan: { path: 'wp-login.php', method: 'POST', form: LOGIN, redirect: true } },
  ];
  for (const { name, plan } of pages) {
    const times = new Map<Target, number[]>(targets.map((target) => [target, []]));
    for (let round = -2; round < ROUNDS; round++) {
      for (const [target, all] of times) {
        const path = target.base + plan.path;
        const measured = await target.page.call('fetchMany', { ...plan, path, count: 1, lanes: 1 });
        if (round >= 0) all.push(...measured.times);
      }
    }
    for (const [target, all] of times) figures.add(name, target.name, median(all), 'ms');
  }
  for (const target of targets) {
    const { total } = await target.page.call('fetchMany', { path: target.base, count: AT_ONCE, lanes: LANES });
    figures.add('WordPress, front page: eight at once', target.name, (1000 * AT_ONCE) / total, 'requests/s');
  }
}
