/** Whether memory stays flat while a body of one GiB goes through, down and up, to a server that keeps nothing of it. */
import type { Chromium } from '../chromium.js';
import type { Figures } from '../figures.js';
import { MemoryProbe } from '../process-memory.js';
import { LARGE_BODY_PORT } from '../site.js';
import type { Target } from '../targets/target.js';

const SIZE = 1024 ** 3;
/** Milliseconds between two looks. */
const INTERVAL = 500;

/** @param chromium with that one target */
export async function measureLargeBodies(chromium: Chromium, { page, base, name }: Target, figures: Figures) {
  await page.call('fetchText', `${base}start-large.php`);
  const server = `${base}.portside/port/${LARGE_BODY_PORT}/`;
  const ways: readonly (readonly [string, () => Promise<number>])[] = [
    ['download of 1 GiB', () => page.call('takeAll', `${server}?size=${SIZE}`)],
    ['upload of 1 GiB', () => page.call('sendAll', server, SIZE)],
  ];
  for (const [way, go] of ways) {
    const probe = new MemoryProbe(chromium.pid);
    const before = await probe.look(page);
    const looking = setInterval(() => void probe.look(page), INTERVAL);
    const begun = performance.now();
    const passed = await go();
    const seconds = (performance.now() - begun) / 1000;
    clearInterval(looking);
    if (passed !== SIZE) throw new Error(`${way}: ${passed} bytes passed.`);
    figures.add(way, name, SIZE / 1e6 / seconds, 'MB/s');
    figures.add(`${way}: renderers before`, name, before.renderers, 'MiB');
    figures.add(`${way}: renderers at most meanwhile`, name, probe.most.renderers, 'MiB');
    figures.add(`${way}: heap and buffers of the service worker at most`, name, probe.most.worker, 'MiB');
  }
}
