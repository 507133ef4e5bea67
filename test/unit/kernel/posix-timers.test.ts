import { expect, test } from 'vitest';
import { SI_TIMER, SIGALRM, type SignalInfo } from '../../../kernel-host/abi/signal.js';
import { PosixTimers } from '../../../kernel-host/process/posix-timers.js';
import { Clock } from './clock.js';

const CLOCK_MONOTONIC = 1;

function timerOf(clock: Clock) {
  const sent: SignalInfo[] = [];
  const waiting = new Set<SignalInfo>();
  const timers = new PosixTimers(clock.timers);
  const id = timers.create(CLOCK_MONOTONIC, (value) => ({
    signal: SIGALRM,
    value,
    send: (info) => {
      sent.push(info);
      waiting.add(info);
    },
    waits: (info) => waiting.has(info),
  }));
  const timer = timers.at(id);
  if (!timer) throw new Error('the timer that was made is not there');
  return { timers, timer, id, sent, waiting };
}

test('a timer has one signal that waits, which tells when it is taken how often the timer expired since', () => {
  const clock = new Clock();
  const { timer, id, sent, waiting } = timerOf(clock);
  timer.set(10, 10);
  clock.pass(55);
  expect(sent).toMatchObject([{ signal: SIGALRM, code: SI_TIMER, first: id }]);
  expect(timer.left).toBe(5);
  waiting.clear();
  expect(sent[0]?.overrun?.()).toBe(4);
  expect(timer.overrun).toBe(4);
  clock.pass(5);
  expect(sent).toHaveLength(2);
  expect(sent[1]?.overrun?.()).toBe(0);
});

test('one that is set anew forgets what it missed, and one without an interval expires once', () => {
  const clock = new Clock();
  const { timer, sent, waiting } = timerOf(clock);
  timer.set(10, 10);
  clock.pass(30);
  timer.set(clock.now + 5, 0);
  waiting.clear();
  clock.pass(100);
  expect(sent).toHaveLength(2);
  expect(sent[1]?.overrun?.()).toBe(0);
  expect(clock.armed).toBe(false);
});

test('nothing expires of timers that are deleted', () => {
  const clock = new Clock();
  const { timers, timer, id, sent } = timerOf(clock);
  timer.set(10, 10);
  expect(timers.delete(id)).toBe(true);
  expect(timers.delete(id)).toBe(false);
  clock.pass(100);
  expect(sent).toEqual([]);
});
