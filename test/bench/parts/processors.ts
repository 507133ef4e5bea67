/** What a second PHP process gives for pages that compute, beside what a second thread gives on the machine as it is. */
import { type Figures, median } from '../figures.js';
import type { Target } from '../targets/target.js';

const ROUNDS = 4;
const COUNT = 16;
const LANES = 4;
/** About half a second of work. */
const FLOOR_WORK = 50_000_000;

export async function measureWorkers(one: Target, two: Target, figures: Figures): Promise<void> {
  const alone: number[] = [];
  const together: number[] = [];
  const attainable: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const rates = [await rate(one), await rate(two)] as const;
    const floor = await secondThread(two);
    // The first round is for compilers.
    if (round === 0) continue;
    alone.push(rates[0]);
    together.push(rates[1]);
    attainable.push(floor);
  }
  figures.add('computing page, one PHP process', one.name, median(alone), 'requests/s');
  figures.add('computing page, two PHP processes', two.name, median(together), 'requests/s');
  figures.add('two PHP processes over one', two.name, median(together) / median(alone), 'times');
  figures.add('two PHP processes over one', 'worker floor', median(attainable), 'times');
}

async function rate({ page, base }: Target): Promise<number> {
  const { total } = await page.call('fetchMany', { path: `${base}work.php`, count: COUNT, lanes: LANES });
  return (1000 * COUNT) / total;
}

/** How much more two threads compute than one: 2 on two cores that nobody else uses. */
async function secondThread({ page }: Target): Promise<number> {
  const alone = await page.call('computeAtOnce', 1, FLOOR_WORK);
  return (2 * alone) / (await page.call('computeAtOnce', 2, FLOOR_WORK));
}
