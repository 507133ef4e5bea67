/** Native PHP's own web server, as a process: the measure that guests are compared with. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

export interface NativePhpOptions {
  readonly documentRoot: string;
  /** Default: NATIVE_PHP. */
  readonly program?: string;
  /** `name=value`, each given by `-d`. */
  readonly settings?: readonly string[];
  readonly router?: string;
  /** The whole environment of the server, besides PATH. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface NativePhp {
  readonly port: number;
  /** Without a slash at the end. */
  readonly origin: string;
  /** What the server and its pages wrote on stderr until now. */
  log(): string;
  stop(): Promise<void>;
}

/** The program used where none is named: the version that Debian 12 has, and a guest exists for. */
export const NATIVE_PHP = 'php8.2';

/** True where that program is installed with the extensions that the compared pages use. */
export function hasNativePhp(): boolean {
  const { status, stdout } = spawnSync(NATIVE_PHP, ['-m'], { encoding: 'utf8' });
  return (
    status === 0 &&
    ['gd', 'mbstring', 'pdo_sqlite', 'dom', 'zip', 'curl'].every((name) => stdout.split('\n').includes(name))
  );
}

/**
 * Debian builds PHP with a few defaults of its own. PHP's are put back, so that what is measured is PHP under an empty
 * php.ini (main/main.c, ext/session/session.c).
 */
const PHP_DEFAULTS = ['include_path=.:', 'session.save_path='];

/** Of ports that another program took between the look and the start: one is bad luck, three are a fault. */
const ATTEMPTS = 3;

/**
 * Starts it on a free port, with the settings of an empty php.ini; resolves when it listens.
 *
 * @throws Error with the server's own words if it ends instead.
 */
export async function startNativePhp(options: NativePhpOptions): Promise<NativePhp> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(options, await freePort());
    } catch (error) {
      if (attempt === ATTEMPTS || !String(error).includes('Address already in use')) throw error;
    }
  }
}

async function start(options: NativePhpOptions, port: number): Promise<NativePhp> {
  const settings = [...PHP_DEFAULTS, ...(options.settings ?? [])].flatMap((setting) => ['-d', setting]);
  // /dev/null in place of a php.ini: Debian's own differs from PHP's defaults. Extensions have files of their own.
  const server = spawn(
    options.program ?? NATIVE_PHP,
    [
      '-c',
      '/dev/null',
      ...settings,
      '-S',
      `127.0.0.1:${port}`,
      '-t',
      options.documentRoot,
      ...(options.router ? [options.router] : []),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env.PATH, ...options.env } },
  );
  const exited = new Promise<void>((resolve) => server.once('close', () => resolve()));
  const lines: string[] = [];
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.once('close', (status) => reject(new Error(`php ended with status ${status}: ${lines.join('\n')}`)));
    createInterface({ input: server.stderr }).on('line', (line) => {
      lines.push(line);
      if (line.includes('Development Server') && line.endsWith('started')) resolve();
    });
  });
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    log: () => lines.join('\n'),
    async stop() {
      end(server);
      await exited;
    },
  };
}

function end(server: ChildProcess): void {
  if (server.exitCode === null && server.signalCode === null) server.kill('SIGTERM');
}

/** php -S does not take port 0, so the system is asked for one first. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('The system named no port.');
  return address.port;
}
