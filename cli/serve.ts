import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { isIPv6 } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PortsideError } from '../protocol/errors.js';
import type { SiteConfig } from '../protocol/site.js';
import { parseBase } from './arguments.js';
import { isPacked, SITE_FILE } from './pack/output.js';
import { type PackSettings, pack } from './pack.js';
import { createStaticServer } from './serve/static-server.js';
import { withTemporaryDirectory } from './temporary.js';

export interface ServeOptions extends PackSettings {
  /** 0: any that is free. */
  readonly port: number;
  readonly host: string;
  /** Whether `PackSettings` were given, and not left to their defaults. */
  readonly packSettingsGiven: boolean;
}

/** Serves a packed site, or packs a folder and serves that, until the process ends. */
export async function serve(folder: string, options: ServeOptions): Promise<void> {
  if (await isPacked(folder)) {
    if (options.packSettingsGiven) throw new PortsideError('already-packed', folder);
    await serveSite(resolve(folder), options);
    return;
  }
  await withTemporaryDirectory(join(tmpdir(), 'portside-serve-'), async (site) => {
    await pack(folder, { ...options, out: site });
    await serveSite(site, options);
  });
}

async function serveSite(folder: string, { host, port }: ServeOptions): Promise<void> {
  const base = await baseOf(folder);
  const server = createStaticServer({ folder, base });
  const actualPort = await listen(server, host, port);
  const local = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  const authority = isIPv6(local) ? `[${local}]` : local;
  console.log(`portside: serving http://${authority}:${actualPort}${base}`);
  await once(server, 'close');
}

/** The path that a packed site is for. */
async function baseOf(folder: string): Promise<string> {
  const file = join(folder, SITE_FILE);
  try {
    const { base }: Partial<SiteConfig> = JSON.parse(await readFile(file, 'utf8'));
    if (base === undefined) throw new TypeError('There is no base in it.');
    return parseBase(base);
  } catch (cause) {
    throw new PortsideError('site-damaged', file, { cause });
  }
}

/**
 * The port that `server` listens on from then on.
 * @throws PortsideError `port-in-use`, `listen-failed`.
 */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'EADDRINUSE') throw new PortsideError('port-in-use', `${host}:${port}.`, { cause });
    throw new PortsideError('listen-failed', cause.message, { cause });
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new PortsideError('listen-failed', `${host}:${port}.`);
  return address.port;
}
