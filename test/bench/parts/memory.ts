/** Whether memory stays flat: what all renderers of a browser take, after some requests and after 2,000 more. */
import { readdir, readFile } from 'node:fs/promises';
import type { Chromium } from '../chromium.js';
import type { Figures } from '../figures.js';
import type { Target } from '../targets/target.js';

const FIRST = 200;
const MORE = 2000;
const LANES = 4;

/** @param chromium with that one target */
export async function measureMemory(chromium: Chromium, target: Target, figures: Figures): Promise<void> {
  await requests(target, FIRST);
  const before = await settled(chromium, target);
  await requests(target, MORE);
  const after = await settled(chromium, target);
  figures.add(`renderers after ${FIRST} requests`, target.name, before, 'MiB');
  figures.add(`renderers after ${MORE} more`, target.name, after, 'MiB');
}

async function requests({ page, base }: Target, count: number): Promise<void> {
  for (const path of ['one.txt', 'echo.php'])
    await page.call('fetchMany', { path: base + path, count: count / 2, lanes: LANES });
}

/** Mebibytes, once the page's garbage is gone. */
async function settled(chromium: Chromium, { page }: Target): Promise<number> {
  await page.send('HeapProfiler.collectGarbage');
  let kibibytes = 0;
  for (const pid of await renderers(chromium.pid)) kibibytes += await proportionalSize(pid);
  return kibibytes / 1024;
}

async function renderers(browser: number): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    if (command.includes('--type=renderer') && (await descendsFrom(Number(name), browser))) found.push(Number(name));
  }
  return found;
}

async function descendsFrom(pid: number, ancestor: number): Promise<boolean> {
  while (pid > 1 && pid !== ancestor) {
    // proc(5), stat: the parent is the second field after the name, which may hold anything but is the last in brackets.
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    pid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
  }
  return pid === ancestor;
}

/** PSS in KiB: memory that processes share counts once over all of them. */
async function proportionalSize(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0);
}
