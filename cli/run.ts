import { constants } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { Port } from '../guest/build-ports.mjs';
import type { Listen, Mount } from './arguments.js';
import { obtainPhp } from './php/obtain.js';
import { NATIVE_PHP, type PhpChoice } from './php/releases.js';
import { opcodeCacheOptions } from './php/settings.js';
import { Ports } from './ports.js';

/** What `portside run` was told. */
export interface RunSettings {
  readonly mounts: readonly Mount[];
  /** From `--env`: beside, and before, the environment of this process. */
  readonly env: Readonly<Record<string, string>>;
  readonly inheritEnv: boolean;
  /** Guest directory. */
  readonly cwd: string;
  readonly php: PhpChoice;
  readonly listen: readonly Listen[];
  /** A terminal for the guest even where this process has none. */
  readonly terminal: boolean;
  /** System calls on stderr as they end; a table of them at the end. */
  readonly strace: boolean;
  readonly profile: boolean;
  readonly outgoing: boolean;
  /** Names of the ports to have. */
  readonly ports: readonly string[];
  /** Folder of what programs are built with. */
  readonly guest: string;
}

/** A program, and where guests find it. */
export interface Installed {
  /** Guest path. */
  readonly path: string;
  /** Host path of its WebAssembly. */
  readonly file: string;
}

/** What the kernel under Node is asked to run. */
export interface RunOptions {
  /** What to start. */
  readonly program: Installed;
  /** With the program's own name. */
  readonly args: readonly string[];
  readonly mounts: readonly Mount[];
  /** The guest's whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Beside the one that is started. */
  readonly programs: readonly Installed[];
  /** Symbolic links by guest path. */
  readonly links: Readonly<Record<string, string>>;
  readonly listen: readonly Listen[];
  /** A terminal for the guest even where this process has none. */
  readonly terminal: boolean;
  readonly strace: boolean;
  readonly profile: boolean;
  /** Guests reach other hosts by a proxy. */
  readonly outgoing: boolean;
}

/** Where every machine lets programs keep what should outlive them. */
const CACHE = '/var/tmp';

/** Runs a guest on this process's terminal, and lets this process end as the guest did. */
export async function run(program: string, args: readonly string[], settings: RunSettings): Promise<void> {
  const [{ runGuest }, machine] = await Promise.all([
    import('../kernel-host/platform/node/index.js'),
    machineFor(program, settings),
  ]);
  const options: RunOptions = {
    ...machine,
    args: [program, ...(isDownloaded(program, settings.php) ? opcodeCacheOptions(CACHE) : []), ...args],
    mounts: settings.mounts,
    env: { ...(settings.inheritEnv ? inheritedEnvironment() : {}), ...settings.env },
    cwd: settings.cwd,
    listen: settings.listen,
    terminal: settings.terminal,
    strace: settings.strace,
    profile: settings.profile,
    outgoing: settings.outgoing,
  };
  const end = await runGuest(options);
  if ('exitCode' in end) process.exitCode = end.exitCode;
  else dieBy(end.signal);
}

/** The program to start, and what else there is. @throws PortsideError port-unknown, port-failed */
async function machineFor(
  program: string,
  { php, ports: wanted, guest }: RunSettings,
): Promise<Pick<RunOptions, 'program' | 'programs' | 'links'>> {
  const known = await Ports.in(guest);
  const isPort = known.has(program) && !isDownloaded(program, php);
  const names = new Set(isPort ? [...wanted, program] : wanted);
  const ports: Port[] = [];
  // One after the other: each build has both processors.
  for (const name of names) ports.push(await known.get(name));
  const programs = ports.flatMap((port) =>
    port.programs.map(({ path, file }) => ({ path, file: join(port.folder, file) })),
  );
  // A port's own program is the one of its name, or its first; beside that, what is in the machine has its name.
  const own = isPort ? programs.slice(-(ports.at(-1)?.programs.length ?? 0))[0] : undefined;
  const port = isDownloaded(program, php)
    ? undefined
    : (programs.find(({ path }) => basename(path) === program) ?? own);
  return {
    program: port ?? (await installed(program, php, guest)),
    programs,
    links: Object.assign({}, ...ports.map(({ links }) => links)),
  };
}

/** What is no port, where a machine has what its owner installs. @param program `php`, or a path of this machine */
const installed = async (program: string, php: PhpChoice, guest: string): Promise<Installed> => ({
  path: `/usr/local/bin/${basename(program)}`,
  file: isDownloaded(program, php) ? await phpPath(php, guest) : resolve(program),
});

/** Signals that a person or a supervisor sends: they are to see that this process died of it (as of any native program). */
const FORWARDED: ReadonlySet<string> = new Set(['SIGHUP', 'SIGINT', 'SIGTERM']);

function dieBy(signal: number): void {
  const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0];
  // What a shell tells of a command that a signal ended (POSIX sh, 2.8.2).
  process.exitCode = 128 + signal;
  if (name && FORWARDED.has(name)) process.kill(process.pid, name);
}

/** A PHP that was built elsewhere; one of our own is a port. */
const isDownloaded = (program: string, php: PhpChoice): boolean => program === 'php' && php !== NATIVE_PHP;

async function phpPath(php: PhpChoice, guest: string): Promise<string> {
  const { wasm } = await obtainPhp(guest)(php, (step) => console.error(`portside: ${step}`));
  return wasm;
}

function inheritedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
