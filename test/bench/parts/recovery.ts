/** What a request takes that finds its service worker stopped, as the browser stops one that is idle. */
import { type Figures, median } from '../figures.js';
import { STATIC_SIZE } from '../site.js';
import type { Target } from '../targets/target.js';

const ROUNDS = 15;

/** @param targets the first of which is the floor */
export async function measureRecovery(targets: readonly Target[], figures: Figures): Promise<void> {
  const times = new Map<Target, number[]>(targets.map((target) => [target, []]));
  for (const { page } of targets) await page.send('ServiceWorker.enable');
  for (let round = 0; round <= ROUNDS; round++) {
    for (const target of targets) {
      await target.page.send('ServiceWorker.stopAllWorkers');
      const path = target.base + (target.name.endsWith('floor') ? 'floor' : 'one.txt');
      const measured = await target.page.call('fetchMany', { path, expect: STATIC_SIZE, count: 1, lanes: 1 });
      if (round > 0) times.get(target)?.push(...measured.times);
    }
  }
  const floor = median([...times.values()][0] ?? []);
  for (const [target, all] of times) {
    figures.add('first fetch after the service worker was stopped: median', target.name, median(all), 'ms');
    figures.add('of that, over a worker that answers at once', target.name, median(all) - floor, 'ms');
  }
}
