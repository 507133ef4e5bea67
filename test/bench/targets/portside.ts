/** A folder packed by `portside pack`, served by `portside serve`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Chromium } from '../chromium.js';
import type { BenchPage } from '../page.js';
import type { Target } from './target.js';

const CLI = fileURLToPath(new URL('../../../dist/cli/portside.js', import.meta.url));

export interface PackedSite {
  readonly url: string;
  close(): Promise<void>;
}

/** The version that the peers have, too. */
const PHP = '8.2';

export async function servePacked(folder: string, out: string, workers: number): Promise<PackedSite> {
  const packing = portside('pack', folder, '--out', out, '--php', PHP, '--workers', String(workers));
  const [status] = await once(packing, 'exit');
  if (status !== 0) throw new Error(`portside pack ended with status ${status}.`);
  const serving = portside('serve', out, '--port', '0');
  const url = await announced(serving);
  return {
    url,
    async close() {
      const exited = once(serving, 'exit');
      serving.kill('SIGTERM');
      await exited;
    },
  };
}

const portside = (...parameters: readonly string[]): ChildProcess =>
  spawn(process.execPath, [CLI, ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] });

async function announced({ stdout }: ChildProcess): Promise<string> {
  if (!stdout) throw new Error('portside serve has no output.');
  for await (const line of createInterface({ input: stdout })) {
    const url = /serving (http\S+)/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error('portside serve ended before it served.');
}

/** Says so when the first document of the site begins to arrive in the shell's frame, or the shell gives up. */
const REPORT = `
if (frameElement?.id === 'portside-site' && location.href !== 'about:blank') benchSays('first byte');
`;

/** Goes to a packed site and waits for the site's first byte. */
export async function bootPortside(page: BenchPage, url: string): Promise<void> {
  await page.onNewDocument(REPORT);
  const arrived = page.said('first byte');
  await page.navigate(url);
  await arrived;
}

export async function openPortside(chromium: Chromium, url: string): Promise<Target> {
  const page = await chromium.open();
  await bootPortside(page, url);
  return { name: 'portside', page, base: '/', close: () => page.close() };
}
