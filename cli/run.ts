import { constants } from 'node:os';
import type { Listen, Mount } from './arguments.js';
import type { PhpVersion } from './php/releases.js';
import { opcodeCacheOptions } from './php/settings.js';

/** What `portside run` was told. */
export interface RunSettings {
  readonly mounts: readonly Mount[];
  /** From `--env`: beside, and before, the environment of this process. */
  readonly env: Readonly<Record<string, string>>;
  readonly inheritEnv: boolean;
  /** Guest directory. */
  readonly cwd: string;
  readonly php: PhpVersion;
  readonly listen: readonly Listen[];
  /** A terminal for the guest even where this process has none. */
  readonly terminal: boolean;
}

/** What the kernel under Node is asked to run. */
export interface RunOptions {
  /** `php`, or the host path of a `.wasm` file. */
  readonly program: string;
  /** Without the program's own name. */
  readonly args: readonly string[];
  readonly mounts: readonly Mount[];
  /** The guest's whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Host path of PHP's WebAssembly; undefined where the program is a file of its own. */
  readonly php: string | undefined;
  readonly listen: readonly Listen[];
  /** A terminal for the guest even where this process has none. */
  readonly terminal: boolean;
}

/** Where every machine lets programs keep what should outlive them. */
const CACHE = '/var/tmp';

/** Runs a guest on this process's terminal, and lets this process end as the guest did. */
export async function run(program: string, args: readonly string[], settings: RunSettings): Promise<void> {
  const [{ runGuest }, php] = await Promise.all([
    import('../kernel-host/platform/node/index.js'),
    program === 'php' ? phpPath(settings.php) : undefined,
  ]);
  const options: RunOptions = {
    program,
    args: php === undefined ? args : [...opcodeCacheOptions(CACHE), ...args],
    mounts: settings.mounts,
    env: { ...(settings.inheritEnv ? inheritedEnvironment() : {}), ...settings.env },
    cwd: settings.cwd,
    php,
    listen: settings.listen,
    terminal: settings.terminal,
  };
  const end = await runGuest(options);
  if ('exitCode' in end) process.exitCode = end.exitCode;
  else dieBy(end.signal);
}

/** Signals that a person or a supervisor sends: they are to see that this process died of it (as of any native program). */
const FORWARDED: ReadonlySet<string> = new Set(['SIGHUP', 'SIGINT', 'SIGTERM']);

function dieBy(signal: number): void {
  const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0];
  // What a shell tells of a command that a signal ended (POSIX sh, 2.8.2).
  process.exitCode = 128 + signal;
  if (name && FORWARDED.has(name)) process.kill(process.pid, name);
}

async function phpPath(version: PhpVersion): Promise<string> {
  const { phpGuest } = await import('./php/guest.js');
  const guest = await phpGuest(version, (name) => console.error(`portside: downloading PHP ${version} (${name})`));
  return guest.wasm;
}

function inheritedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
