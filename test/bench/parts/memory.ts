/** Whether memory stays flat: what all renderers of a browser take, after some requests and after 2,000 more. */
import type { Chromium } from '../chromium.js';
import type { Figures } from '../figures.js';
import { renderersSize } from '../process-memory.js';
import type { Target } from '../targets/target.js';

const FIRST = 200;
const MORE = 2000;
const LANES = 4;

/** @param chromium with that one target */
export async function measureMemory(chromium: Chromium, target: Target, figures: Figures): Promise<void> {
  await requests(target, FIRST);
  const before = await settled(chromium, target);
  await requests(target, MORE);
  const after = await settled(chromium, target);
  figures.add(`renderers after ${FIRST} requests`, target.name, before, 'MiB');
  figures.add(`renderers after ${MORE} more`, target.name, after, 'MiB');
}

async function requests({ page, base }: Target, count: number): Promise<void> {
  for (const path of ['one.txt', 'echo.php'])
    await page.call('fetchMany', { path: base + path, count: count / 2, lanes: LANES });
}

/** Mebibytes, once the page's garbage is gone. */
async function settled(chromium: Chromium, { page }: Target): Promise<number> {
  await page.send('HeapProfiler.collectGarbage');
  return renderersSize(chromium.pid);
}
