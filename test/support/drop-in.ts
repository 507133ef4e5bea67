/** The demo of an app that takes Portside in: built and served by its own commands, each a process of its own. */
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { end, PHP, printedUrl } from './packed-site.js';

const command = (name: string): string => fileURLToPath(new URL(`../../demo/drop-in/${name}`, import.meta.url));

export interface DropIn {
  readonly url: string;
  /** Ends the server alone, as a host that goes down. */
  stop(): Promise<void>;
  remove(): Promise<void>;
}

/** @param options of its server */
export async function serveDropIn(options: readonly string[] = []): Promise<DropIn> {
  const folder = await mkdtemp(join(tmpdir(), 'portside-drop-in-'));
  await promisify(execFile)(process.execPath, [command('build.mjs'), '--out', folder, '--', '--php', PHP]);
  const server = spawn(process.execPath, [command('serve.mjs'), folder, '--port', '0', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await printedUrl(server);
  return {
    url,
    stop: () => end(server),
    async remove() {
      await end(server);
      await rm(folder, { recursive: true });
    },
  };
}
