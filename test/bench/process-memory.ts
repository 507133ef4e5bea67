/** What the processes of a browser take. */
import { readdir, readFile } from 'node:fs/promises';
import type { BenchPage } from './page.js';

export interface MemoryUse {
  /** All renderers, workers and guests within them: mebibytes. */
  readonly renderers: number;
  /** Heap and array buffers of the service worker: mebibytes. */
  readonly worker: number;
}

/** Looks at a browser again and again, and keeps the most it has seen. */
export class MemoryProbe {
  readonly #browser: number;
  most: MemoryUse = { renderers: 0, worker: 0 };

  constructor(browser: number) {
    this.#browser = browser;
  }

  async look(page: BenchPage): Promise<MemoryUse> {
    const [renderers, worker] = await Promise.all([renderersSize(this.#browser), page.workerMemory()]);
    const { most } = this;
    this.most = { renderers: Math.max(most.renderers, renderers), worker: Math.max(most.worker, worker) };
    return { renderers, worker };
  }
}

/** Mebibytes */
export async function renderersSize(browser: number): Promise<number> {
  let kibibytes = 0;
  for (const pid of await renderers(browser)) kibibytes += await proportionalSize(pid);
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
