/** What system calls cost, and how many a page makes. */
import { type Figures, median } from '../figures.js';
import type { BenchPage } from '../page.js';
import { CALLS } from '../site.js';
import type { Target } from '../targets/target.js';

const ROUNDS = 5;
const PAGES = 20;

/** @param isolated where two bare threads wake each other */
export async function measureRoundTrips(
  { page, base, name }: Target,
  isolated: BenchPage,
  figures: Figures,
): Promise<void> {
  const crossing: number[] = [];
  const local: number[] = [];
  const floor: number[] = [];
  const before = await page.call('machineStats');
  for (let round = 0; round < ROUNDS; round++) {
    crossing.push(Number(await page.call('fetchText', `${base}crossing.php`)));
    local.push(Number(await page.call('fetchText', `${base}local.php`)));
    floor.push(await isolated.call('atomicsRoundTrip', CALLS));
  }
  const after = await page.call('machineStats');
  const crossed = total(after, 'crossings') - total(before, 'crossings');
  // A page's own calls come to it: a connection taken, closed, logged.
  if (crossed < ROUNDS * CALLS || crossed > ROUNDS * CALLS * 1.1)
    figures.note(
      `crossing.php made ${crossed / ROUNDS} calls that crossed, not ${CALLS}: its figure is of something else.`,
    );
  figures.add('a call that crosses to the kernel (chmod in PHP)', name, median(crossing), 'µs');
  figures.add('a call that crosses to the kernel (chmod in PHP)', 'worker floor', median(floor), 'µs');
  figures.add('a call answered in its own thread (lstat in PHP)', name, median(local), 'µs');
}

type Count = 'calls' | 'crossings';

function total(stats: { readonly processes: readonly Readonly<Record<Count, number>>[] }, count: Count): number {
  return stats.processes.reduce((sum, process) => sum + process[count], 0);
}

/** @param path below the target's base */
export async function countCalls(target: Target, what: string, path: string, figures: Figures): Promise<void> {
  const { page, base, name } = target;
  const plan = { path: base + path, lanes: 1 };
  await page.call('fetchMany', { ...plan, count: 4 });
  const before = await page.call('machineStats');
  await page.call('fetchMany', { ...plan, count: PAGES });
  const after = await page.call('machineStats');
  const calls = (total(after, 'calls') - total(before, 'calls')) / PAGES;
  const crossings = (total(after, 'crossings') - total(before, 'crossings')) / PAGES;
  figures.add(`${what}: system calls`, name, calls, 'per page');
  figures.add(`${what}: calls that cross to the kernel`, name, crossings, 'per page');
  figures.add(`${what}: share that crosses`, name, (100 * crossings) / calls, '%');
}
