import { expect, test } from 'vitest';
import { OutputTails } from '../../../kernel-host/inspect/output-tails.js';
import { KEPT_OUTPUT } from '../../../protocol/inspect.js';

test('keeps the end of what a process writes, and the order of several', () => {
  const tails = new OutputTails(new Set());
  tails.wrote(2, 'php', 2, 'first\n');
  tails.wrote(3, 'php', 1, 'other\n');
  tails.wrote(2, 'php', 2, 'second\n');
  expect(tails.all().map(({ pid, text }) => `${pid} ${text}`)).toEqual(['2 first\n', '3 other\n', '2 second\n']);
  tails.wrote(2, 'php', 2, 'x'.repeat(KEPT_OUTPUT));
  expect(tails.all().map(({ pid, text }) => [pid, text.length])).toEqual([
    [3, 6],
    [2, KEPT_OUTPUT],
  ]);
});

test('a piece larger than what is kept is cut at its front', () => {
  const tails = new OutputTails(new Set());
  tails.wrote(2, 'php', 2, `${'x'.repeat(KEPT_OUTPUT)}end`);
  const [piece] = tails.all();
  expect(piece?.text).toHaveLength(KEPT_OUTPUT);
  expect(piece?.text.endsWith('end')).toBe(true);
});

test('processes that were silent for longest are forgotten first', () => {
  const tails = new OutputTails(new Set());
  for (let pid = 2; pid < 102; pid++) {
    tails.wrote(1, 'first', 2, `${pid}\n`);
    tails.wrote(pid, 'php', 2, 'here\n');
  }
  const pids = new Set(tails.all().map(({ pid }) => pid));
  expect(pids.size).toBe(32);
  expect(pids.has(1)).toBe(true);
  expect(pids.has(2)).toBe(false);
  expect(pids.has(101)).toBe(true);
});
