import { describe, expect, it } from 'vitest';
import { LoadAverage } from '../../../kernel-host/process/load-average.js';

const MINUTE = 60_000;

/** A machine whose threads run as the test says. */
function machine() {
  let [now, used] = [1000, 500];
  const load = new LoadAverage(
    () => now,
    () => used,
  );
  /** So many threads run for so long. */
  const run = (threads: number, milliseconds: number): void => {
    now += milliseconds;
    used += threads * milliseconds;
  };
  return { load, run };
}

describe('load averages', () => {
  it('are nothing at first, and do not count what was before', () => {
    expect(machine().load.loads).toEqual([0, 0, 0]);
  });

  it('come near to what runs, by how long it does', () => {
    const { load, run } = machine();
    run(2, MINUTE);
    const [one, five, fifteen] = load.loads;
    // 1 - 1/e of it after as long as the window is.
    expect(one).toBeCloseTo(2 * (1 - Math.exp(-1)), 10);
    expect(five).toBeCloseTo(2 * (1 - Math.exp(-1 / 5)), 10);
    expect(fifteen).toBeCloseTo(2 * (1 - Math.exp(-1 / 15)), 10);
    run(2, 600 * MINUTE);
    for (const average of load.loads) expect(average).toBeCloseTo(2, 5);
    run(0, 600 * MINUTE);
    for (const average of load.loads) expect(average).toBeCloseTo(0, 5);
  });

  it('do not depend on how often they are asked for, while as many run', () => {
    const [often, once] = [machine(), machine()];
    for (let i = 0; i < 600; i++) {
      often.run(3, 100);
      void often.load.loads;
    }
    once.run(3, MINUTE);
    often.load.loads.forEach((average, index) => {
      expect(average).toBeCloseTo(once.load.loads[index] ?? Number.NaN, 10);
    });
  });

  it('stay as they are when asked twice at once', () => {
    const { load, run } = machine();
    run(1, MINUTE);
    expect(load.loads).toEqual(load.loads);
    expect(load.loads[0]).toBeGreaterThan(0.6);
  });
});
