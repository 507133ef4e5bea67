/** What a second PHP process gives for pages that compute. */
import { type Figures, median } from '../figures.js';
import type { Target } from '../targets/target.js';

const ROUNDS = 4;
const COUNT = 16;
const LANES = 4;

export async function measureWorkers(one: Target, two: Target, figures: Figures): Promise<void> {
  const rates = new Map<Target, number[]>([
    [one, []],
    [two, []],
  ]);
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [{ page, base }, all] of rates) {
      const { total } = await page.call('fetchMany', { path: `${base}work.php`, count: COUNT, lanes: LANES });
      if (round > 0) all.push((1000 * COUNT) / total);
    }
  }
  const [alone, together] = [one, two].map((target) => median(rates.get(target) ?? []));
  figures.add('computing page, one PHP process', one.name, alone ?? 0, 'requests/s');
  figures.add('computing page, two PHP processes', two.name, together ?? 0, 'requests/s');
  figures.add('two PHP processes over one', two.name, (together ?? 0) / (alone ?? 0), 'times');
}
