/**
 * The renderer that runs the kernel is crashed at every border of a transaction, and at moments by chance, while PHP writes rows to SQLite and
 * lines to a file: whatever was acknowledged is there afterwards, and all is sound.
 */
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { kernelFramePath } from '../../protocol/kernel-frame.js';
import { BORDERS, type CrashSite, serveCrashSite } from '../support/crash-site.js';
import { launchChromium } from '../support/shell-browser.js';
import { openSite, siteRoot } from '../support/site-visit.js';

/** `npm run test:crashes` asks for 240; each takes about two seconds. */
const CRASHES = Number(process.env.PORTSIDE_CRASHES ?? 16);
/** A request makes up to four transactions, each with four borders. */
const FARTHEST_BORDER = 48;
/** Milliseconds in which several requests are answered. */
const LONGEST_WAIT = 700;

let site: CrashSite;
let browser: Browser;
let context: BrowserContext;
/** What became of each border or moment, for the report. */
const crashes: string[] = [];
const acknowledged: number[] = [];
let reached: (border: string) => void = () => {};

beforeAll(async () => {
  [site, browser] = await Promise.all([serveCrashSite(siteRoot), launchChromium()]);
  context = await browser.newContext();
  await context.exposeBinding('portsideAcknowledged', (_, entry: number) => void acknowledged.push(entry));
  await context.exposeBinding('portsideReached', (_, border: string) => reached(border));
});
afterAll(async () => {
  await browser?.close();
  await site?.remove();
  console.info(`${crashes.length} crashes, ${acknowledged.length} acknowledged writes: ${summary()}`);
});

const summary = (): string => {
  const counts = new Map<string, number>();
  for (const crash of crashes) counts.set(crash, (counts.get(crash) ?? 0) + 1);
  return [...counts].map(([crash, count]) => `${crash} ${count}`).join(', ');
};

declare global {
  interface Window {
    portsideAcknowledged(entry: number): Promise<void>;
    portsideReached(border: string): Promise<void>;
  }
}

/** Writes entries from `first` on, until there is no kernel any more; returns at once. */
const write = (frame: Frame, first: number, wal: boolean): Promise<void> =>
  frame.evaluate(
    ([from, path]) => {
      const next = async (entry: number): Promise<void> => {
        const response = await fetch(path, { method: 'POST', body: new URLSearchParams({ entry: `${entry}` }) });
        const { rows } = await response.json();
        if (!response.ok || !rows.includes(`${entry}`)) return;
        await window.portsideAcknowledged(entry);
        return next(entry + 1);
      };
      next(from).catch(() => {}); // The kernel has crashed.
    },
    [first, `/ledger.php${wal ? '?wal=1' : ''}`] as const,
  );

/** Stops the kernel at the n-th border from now; resolves with its name when it has stopped there. */
async function stopAtBorder(page: Page, count: number): Promise<string> {
  const stopped = new Promise<string>((resolve) => {
    reached = resolve;
  });
  await page.evaluate(
    ([channelName, stopAt]) => {
      const channel = new BroadcastChannel(channelName);
      channel.onmessage = ({ data }) => void window.portsideReached(data.reached);
      channel.postMessage({ stopAt });
    },
    [BORDERS, count] as const,
  );
  return stopped;
}

/** Crashes the process of the kernel, or that of the page around it. */
async function crash(page: Page, which: 'kernel' | 'page'): Promise<void> {
  const kernel = page.frames().find((frame) => new URL(frame.url()).pathname === kernelFramePath('/'));
  if (!kernel) throw new Error('the kernel runs in no frame of its own');
  const session = await context.newCDPSession(which === 'page' ? page : kernel);
  // The driver tells of the end of either in the same way.
  const crashed = page.waitForEvent('crash');
  session.send('Page.crash').catch(() => {}); // Nobody is left to answer.
  await crashed;
  await page.close();
}

interface Ledger {
  readonly rows: readonly string[];
  readonly lines: readonly string[];
  readonly check: string;
}

const read = async (frame: Frame): Promise<Ledger> =>
  JSON.parse(await frame.evaluate(async () => (await fetch('/ledger.php')).text()));

test(
  'nothing that was acknowledged is lost, and nothing is torn',
  async () => {
    let next = 1;
    for (let count = 0; count < CRASHES; count++) {
      const { page, frame } = await openSite(context, site.url);
      const before = await read(frame);
      sound(before);
      const stopped =
        count % 4 === 3 ? undefined : stopAtBorder(page, 1 + ((count * 5 + Math.floor(count / 4)) % FARTHEST_BORDER));
      // In turns by eights: each border is met in SQLite's rollback mode and with its write-ahead log.
      const wal = count % 16 >= 8;
      await write(frame, next, wal);
      const moment = stopped ? await stopped : await chance(page);
      const which = count % 8 < 4 ? 'kernel' : 'page';
      await crash(page, which);
      crashes.push(`${moment} (${which}${wal ? ', WAL' : ''})`);
      next += 1_000;
    }
    const { frame } = await openSite(context, site.url);
    sound(await read(frame));
    expect(acknowledged.length).toBeGreaterThan(CRASHES);
  },
  CRASHES * 20_000,
);

async function chance(page: Page): Promise<string> {
  await page.waitForTimeout(Math.random() * LONGEST_WAIT);
  return 'by chance';
}

/** Rows and lines are numbers that grow, each once; all that were acknowledged are among both. */
function sound({ rows, lines, check }: Ledger): void {
  expect(check).toBe('ok');
  for (const entries of [rows, lines]) {
    const numbers = entries.map(Number);
    expect(numbers.every((number, index) => Number.isInteger(number) && number > (numbers[index - 1] ?? 0))).toBe(true);
    const present = new Set(numbers);
    expect(acknowledged.filter((entry) => !present.has(entry))).toEqual([]);
  }
}
