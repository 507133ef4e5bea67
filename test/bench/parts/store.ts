/** What keeping files costs: a synchronization, a WordPress post, the boot of a site that has much. */
import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Chromium } from '../chromium.js';
import { type Figures, median } from '../figures.js';
import { renderersSize } from '../process-memory.js';
import { bootPortside, openPortside, type PackedSite } from '../targets/portside.js';
import type { Target } from '../targets/target.js';

const TRANSACTIONS = 50;
const BOOTS = 5;
const SAVES = 12;
/** Bytes of a file of the large site. */
const FILE = 2 * 1024 * 1024;

/** fsync of 4 KiB beside a strict transaction that stores as much and nothing else. */
export async function measureSynchronization(target: Target, figures: Figures): Promise<void> {
  const bare = await target.page.call('strictTransactions', TRANSACTIONS, 4096);
  const response = await target.page.call('fetchOnce', 'GET', `${target.base}fsync.php`, [], null);
  const times: number[] = JSON.parse(Buffer.from(response.body, 'base64').toString());
  figures.add('strict transaction of 4 KiB, bare', target.name, median(bare), 'ms');
  figures.add('fsync of 4 KiB', target.name, median(times), 'ms');
  figures.add('of that, over the bare transaction', target.name, median(times) - median(bare), 'ms');
}

/** A post that is saved, in sites that differ in what the answer waits for. */
export async function measureSaves(targets: readonly Target[], figures: Figures): Promise<void> {
  const times = new Map<Target, number[]>(targets.map((target) => [target, []]));
  for (let round = -2; round < SAVES; round++) {
    for (const [target, all] of times) {
      const path = `${target.base}save-post.php`;
      const measured = await target.page.call('fetchMany', { path, method: 'POST', form: 'x=1', count: 1, lanes: 1 });
      if (round >= 0) all.push(...measured.times);
    }
  }
  for (const [target, all] of times) figures.add('WordPress, a post saved', target.name, median(all), 'ms');
}

/** Goes into WordPress' document root. */
export const SAVE_POST = `<?php
require __DIR__ . '/wp-load.php';
echo wp_insert_post(['post_title' => 'Saved at ' . microtime(true), 'post_content' => str_repeat('words ', 200), 'post_status' => 'publish']);
`;

/** The next visit to a site that has written a hundred megabytes, beside one that has written nothing. */
export async function measureReopening(site: PackedSite, figures: Figures): Promise<void> {
  const chromium = await Chromium.launch();
  try {
    const empty = await reopen(chromium, site);
    const { page, base } = await openPortside(chromium, site.url);
    await page.call('fetchMany', { path: `${base}fill.php`, method: 'POST', form: 'x=1', count: 1, lanes: 1 });
    await page.close();
    const filled = await reopen(chromium, site);
    figures.add('next visit, nothing was written', 'portside', empty, 'ms');
    figures.add('next visit, 100 MB in 1,600 files were written', 'portside', filled, 'ms');
  } finally {
    await chromium.close();
  }
}

async function reopen(chromium: Chromium, { url }: PackedSite): Promise<number> {
  const times: number[] = [];
  for (let round = -1; round < BOOTS; round++) {
    const page = await chromium.open();
    const begun = performance.now();
    await bootPortside(page, url);
    if (round >= 0) times.push(performance.now() - begun);
    await page.close();
  }
  return median(times);
}

/** A folder of so many bytes that no compression makes smaller, beside a page. */
export async function writeLargeSite(directory: string, size: number): Promise<string> {
  const folder = join(directory, `large-${size}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'index.php'), '<?php echo 1;');
  for (let at = 0; at < size; at += FILE) await writeFile(join(folder, `z-${at}.bin`), randomBytes(FILE));
  return folder;
}

/** First visits to packed sites of several sizes, and what a booted one takes. */
export async function measureLargeSites(
  sites: readonly { readonly name: string; readonly site: PackedSite }[],
  figures: Figures,
): Promise<void> {
  for (const { name, site } of sites) {
    const chromium = await Chromium.launch();
    try {
      const page = await chromium.open();
      const begun = performance.now();
      await bootPortside(page, site.url);
      figures.add(
        `first visit to a packed site of ${name}, to the first byte`,
        'portside',
        performance.now() - begun,
        'ms',
      );
      await page.send('HeapProfiler.collectGarbage');
      figures.add(
        `renderers of a packed site of ${name}, booted`,
        'portside',
        await renderersSize(chromium.pid),
        'MiB',
      );
    } finally {
      await chromium.close();
    }
  }
}
