/** A dumb static host, on a port of its own, and the bundles that tests put on it. */
import { createServer, type Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { embedScriptsWithEsbuild } from '../../client/embed.mjs';

export interface HostedFile {
  readonly type: string;
  readonly bytes: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface StubHost {
  readonly origin: string;
  /** Paths that were asked for, in order. */
  readonly asked: string[];
  close(): Promise<void>;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

export const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
export const script = (source: string | Uint8Array): HostedFile => ({
  type: 'text/javascript',
  bytes: typeof source === 'string' ? encode(source) : source,
});
export const html = (source: string): HostedFile => ({ type: 'text/html', bytes: encode(source) });

export async function bundle(entry: string, format: 'esm' | 'iife', globalName?: string): Promise<Uint8Array> {
  const result = await build({
    entryPoints: [root + entry],
    bundle: true,
    write: false,
    format,
    target: 'es2022',
    plugins: [embedScriptsWithEsbuild],
    alias: { tldts: `${root}sw/cookies/public-suffix.ts` },
    ...(globalName && { globalName }),
  });
  const [output] = result.outputFiles;
  if (!output) throw new Error(`No bundle of ${entry}`);
  return output.contents;
}

export async function serve(files: ReadonlyMap<string, HostedFile>): Promise<StubHost> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://host');
    asked.push(pathname);
    const file = files.get(pathname);
    response.writeHead(file ? 200 : 404, { 'Content-Type': file?.type ?? 'text/plain', ...file?.headers });
    response.end(file?.bytes ?? 'not on this host');
  });
  return listening(server, asked);
}

/** @param asked where the server puts the paths that it is asked for */
export async function listening(server: Server, asked: string[]): Promise<StubHost> {
  await new Promise<void>((begun) => server.listen(0, '127.0.0.1', begun));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The host listens on no TCP port.');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    asked,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
