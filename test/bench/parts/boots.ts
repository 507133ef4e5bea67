/** From a visitor's navigation to the first byte that PHP wrote: a first visit with an empty profile, and the next one. */
import { guestCacheName } from '../../../protocol/site.js';
import { Chromium } from '../chromium.js';
import { type Figures, median } from '../figures.js';
import type { BenchPage } from '../page.js';

const ROUNDS = 3;

export interface Bootable {
  readonly name: string;
  /** Resolves at the first byte of the site. */
  boot(page: BenchPage): Promise<void>;
  /** Cache that the next visit counts on, where there is one. */
  readonly cache?: string;
}

export const PORTSIDE_CACHE = guestCacheName('/');

export async function measureBoots(bootables: readonly Bootable[], figures: Figures): Promise<void> {
  const cold = new Map<string, number[]>(bootables.map(({ name }) => [name, []]));
  const warm = new Map<string, number[]>(bootables.map(({ name }) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, boot, cache } of bootables) {
      const chromium = await Chromium.launch();
      try {
        const first = await chromium.open();
        cold.get(name)?.push(await timed(() => boot(first)));
        if (cache !== undefined) await first.call('cacheIsFilled', cache);
        await first.close();
        const second = await chromium.open();
        warm.get(name)?.push(await timed(() => boot(second)));
      } finally {
        await chromium.close();
      }
    }
  }
  for (const [name, times] of cold) figures.add('first visit, to the first byte', name, median(times), 'ms');
  for (const [name, times] of warm) figures.add('next visit, to the first byte', name, median(times), 'ms');
}

async function timed(task: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await task();
  return performance.now() - begun;
}
