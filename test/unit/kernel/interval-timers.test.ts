import { expect, test } from 'vitest';
import { SIGALRM, SIGPROF, SIGVTALRM } from '../../../kernel-host/abi/signal.js';
import { IntervalTimers } from '../../../kernel-host/process/interval-timers.js';
import { Clock } from './clock.js';

const [REAL, VIRTUAL, PROF] = [0, 1, 2];

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

test.each([REAL, VIRTUAL, PROF])('timer %i goes on by its interval, and tells once what it missed', (which) => {
  const clock = new Clock();
  const { each, signals } = timersOf(clock);
  each.set(which, { value: 10, interval: 20 });
  clock.pass(10);
  expect(each.get(which)).toEqual({ value: 20, interval: 20 });
  clock.pass(45);
  expect(signals).toHaveLength(3);
  expect(each.get(which)).toEqual({ value: 15, interval: 20 });
  each.set(which, { value: 0, interval: 0 });
  expect(clock.armed).toBe(false);
});
