import { expect, test } from 'vitest';
import { SIGALRM, SIGPROF, SIGVTALRM } from '../../../kernel-host/abi/signal.js';
import { Timers } from '../../../kernel-host/poll/timers.js';
import { IntervalTimers } from '../../../kernel-host/process/interval-timers.js';

const [REAL, VIRTUAL, PROF] = [0, 1, 2];

/** A clock that stands until it is moved, and the one alarm that `Timers` has set. */
class Clock {
  now = 0;
  #alarm: { readonly at: number; readonly callback: () => void } | undefined;
  readonly timers = new Timers(
    (callback, milliseconds) => {
      this.#alarm = { at: this.now + milliseconds, callback };
      return () => (this.#alarm = undefined);
    },
    () => this.now,
  );

  get armed(): boolean {
    return this.#alarm !== undefined;
  }

  pass(milliseconds: number): void {
    const until = this.now + milliseconds;
    for (let alarm = this.#alarm; alarm && alarm.at <= until; alarm = this.#alarm) {
      this.now = Math.max(this.now, alarm.at);
      this.#alarm = undefined;
      alarm.callback();
    }
    this.now = until;
  }
}

function timersOf(clock: Clock): { readonly each: IntervalTimers; readonly signals: number[] } {
  const signals: number[] = [];
  const each = new IntervalTimers(
    clock.timers,
    () => clock.now,
    (signal) => signals.push(signal),
  );
  return { each, signals };
}

test.each([
  [REAL, SIGALRM],
  [VIRTUAL, SIGVTALRM],
  [PROF, SIGPROF],
])('timer %i sends signal %i when its time is over', (which, signal) => {
  const clock = new Clock();
  const { each, signals } = timersOf(clock);
  each.set(which, { value: 100, interval: 0 });
  clock.pass(99);
  expect(signals).toEqual([]);
  clock.pass(1);
  expect(signals).toEqual([signal]);
});

test.each([VIRTUAL, PROF])('timer %i stands still, and needs no alarm, while its process waits', (which) => {
  const clock = new Clock();
  const { each, signals } = timersOf(clock);
  each.set(which, { value: 100, interval: 0 });
  clock.pass(60);
  each.pause();
  expect(clock.armed).toBe(false);
  clock.pass(10_000);
  expect(each.get(which)).toEqual({ value: 40, interval: 0 });
  each.resume();
  clock.pass(39);
  expect(signals).toEqual([]);
  clock.pass(1);
  expect(signals).toHaveLength(1);
});

test('the timer of real time goes on while its process waits', () => {
  const clock = new Clock();
  const { each, signals } = timersOf(clock);
  each.set(REAL, { value: 100, interval: 0 });
  each.pause();
  clock.pass(100);
  expect(signals).toEqual([SIGALRM]);
});

test('nothing expires of a process that has ended while it waited', () => {
  const clock = new Clock();
  const { each, signals } = timersOf(clock);
  each.set(PROF, { value: 100, interval: 0 });
  each.pause();
  each.clear();
  each.resume();
  clock.pass(1000);
  expect(signals).toEqual([]);
});
