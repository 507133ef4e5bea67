/** Small answers, one at a time and eight at once; large bodies both ways. */

import { type Figures, median, percentile } from '../figures.js';
import type { FetchPlan } from '../in-page.js';
import { BODY_SIZE, STATIC_SIZE } from '../site.js';
import type { Target, TargetName } from '../targets/target.js';

/** Drift of the machine hits all targets alike: each has its turn in each round. */
const ROUNDS = 8;
const ONE_BY_ONE = 25;
const AT_ONCE = 64;
const LANES = 8;
const BODY_ROUNDS = 4;

interface Measure {
  readonly name: string;
  /** The path below the target's base, where it has such a thing. */
  path(target: TargetName): string | undefined;
  readonly expect: number;
}

const isFloor = (target: TargetName): boolean => target.endsWith('floor');

const SMALL: readonly Measure[] = [
  {
    name: 'static file of 1 KiB',
    path: (target) => (target === 'chunk floor' ? undefined : isFloor(target) ? 'floor' : 'one.txt'),
    expect: STATIC_SIZE,
  },
  { name: '<?php echo 1;', path: (target) => (isFloor(target) ? undefined : 'echo.php'), expect: 1 },
];

export async function measureFetches(targets: readonly Target[], figures: Figures): Promise<void> {
  for (const { name, path, expect } of SMALL) {
    const those = targets.flatMap((target) => {
      const below = path(target.name);
      return below === undefined ? [] : [{ target, plan: { path: target.base + below, expect } }];
    });
    await oneByOne(name, those, figures);
    await manyAtOnce(name, those, figures);
  }
}

type Planned = readonly { readonly target: Target; readonly plan: Pick<FetchPlan, 'path' | 'expect'> }[];

async function oneByOne(name: string, planned: Planned, figures: Figures): Promise<void> {
  const times = new Map<Target, number[]>(planned.map(({ target }) => [target, []]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const { target, plan } of planned) {
      const measured = await target.page.call('fetchMany', { ...plan, count: ONE_BY_ONE, lanes: 1 });
      // The first round is for caches and compilers.
      if (round > 0) times.get(target)?.push(...measured.times);
    }
  }
  const floor = [...times].find(([target]) => target.name === 'worker floor')?.[1];
  for (const [target, all] of times) {
    if (floor) figures.add(`${name}: median over the worker floor`, target.name, median(all) - median(floor), 'ms');
    figures.add(`${name}: median`, target.name, median(all), 'ms');
    figures.add(`${name}: p95`, target.name, percentile(all, 0.95), 'ms');
    figures.add(`${name}: one at a time`, target.name, (1000 * all.length) / sum(all), 'requests/s');
  }
}

async function manyAtOnce(name: string, planned: Planned, figures: Figures): Promise<void> {
  const rates = new Map<Target, number[]>(planned.map(({ target }) => [target, []]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const { target, plan } of planned) {
      const { total } = await target.page.call('fetchMany', { ...plan, count: AT_ONCE, lanes: LANES });
      if (round > 0) rates.get(target)?.push((1000 * AT_ONCE) / total);
    }
  }
  for (const [target, all] of rates) figures.add(`${name}: eight at once`, target.name, median(all), 'requests/s');
}

/** More than any browser opens connections: all of them have to be answered. */
const PARALLEL = 200;

export async function measureParallel({ page, base, name }: Target, figures: Figures): Promise<void> {
  const plan = { path: `${base}one.txt`, expect: STATIC_SIZE };
  const { times, total } = await page.call('fetchMany', { ...plan, count: PARALLEL, lanes: PARALLEL });
  figures.add(`${PARALLEL} requests at once: answered`, name, times.length, 'of them');
  figures.add(`${PARALLEL} requests at once: until the last`, name, total, 'ms');
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const MEGABYTES = BODY_SIZE / 1e6;

export async function measureBodies(targets: readonly Target[], figures: Figures): Promise<void> {
  const bodies: readonly { name: string; plan(target: Target): Omit<FetchPlan, 'count' | 'lanes'> }[] = [
    {
      name: '16 MiB from the server',
      plan: ({ name, base }) =>
        isFloor(name)
          ? { path: `${base}bytes?n=${BODY_SIZE}`, expect: BODY_SIZE }
          : { path: `${base}sent.php`, expect: BODY_SIZE },
    },
    {
      name: 'POST of 16 MiB',
      plan: ({ name, base }) => ({
        path: isFloor(name) ? `${base}sink` : `${base}taken.php`,
        method: 'POST',
        upload: BODY_SIZE,
        ...(!isFloor(name) && { expect: String(BODY_SIZE).length }),
      }),
    },
  ];
  const those = targets.filter(({ name }) => name !== 'worker floor');
  for (const { name, plan } of bodies) {
    const times = new Map<Target, number[]>(those.map((target) => [target, []]));
    for (let round = 0; round <= BODY_ROUNDS; round++) {
      for (const target of those) {
        const measured = await target.page.call('fetchMany', { ...plan(target), count: 1, lanes: 1 });
        if (round > 0) times.get(target)?.push(...measured.times);
      }
    }
    const bare = [...times].find(([target]) => target.name === 'chunk floor')?.[1];
    for (const [target, all] of times) {
      if (bare) figures.add(`${name}: of bare chunk messages`, target.name, (100 * median(bare)) / median(all), '%');
      figures.add(name, target.name, median(all), 'ms');
      figures.add(name, target.name, (1000 * MEGABYTES) / median(all), 'MB/s');
    }
  }
}
