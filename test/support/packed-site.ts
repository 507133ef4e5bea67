/** A site as its author makes and looks at it: by the command line, each command a process of its own. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Built by `npm run build`. */
const PORTSIDE = fileURLToPath(new URL('../../dist/cli/portside.js', import.meta.url));
/** The version that the native PHP has which guests are compared with. */
export const PHP = '8.2';

export interface PackedSite {
  /** Folder that `portside pack` wrote. */
  readonly folder: string;
  /** Ends the server and deletes the folder. */
  remove(): Promise<void>;
  /** Base of the site, as `portside serve` printed it. */
  readonly url: string;
  readonly origin: string;
  /** Ends the server alone, as a host that goes down. */
  stop(): Promise<void>;
}

/** Runs `portside pack` with `options` behind the folder's name, and `portside serve` on what it made. */
export async function servePackedSite(documentRoot: string, options: readonly string[] = []): Promise<PackedSite> {
  const folder = await mkdtemp(join(tmpdir(), 'portside-packed-'));
  try {
    const pack = ['pack', documentRoot, '--out', folder, '--php', PHP, ...options];
    await promisify(execFile)(process.execPath, [PORTSIDE, ...pack]);
    const server = spawn(process.execPath, [PORTSIDE, 'serve', folder, '--port', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const url = await printedUrl(server);
    const stop = () => end(server);
    return {
      folder,
      url,
      origin: new URL(url).origin,
      stop,
      async remove() {
        await stop();
        await rm(folder, { recursive: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

export async function printedUrl(server: ChildProcess & { readonly stdout: NodeJS.ReadableStream }): Promise<string> {
  for await (const line of createInterface({ input: server.stdout })) {
    const url = /^portside: serving (http:\S+)$/.exec(line)?.[1];
    if (url) return url;
  }
  throw new Error('portside serve ended before it served.');
}

export async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill('SIGTERM');
  await exited;
}
