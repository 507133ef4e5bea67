/** `portside run`: one guest on this process's terminal, as if it were a native program. */
import { PortsideError } from '../../../protocol/errors.js';
import { Errno } from '../../abi/errno.js';
import { statusExitCode, statusSignal } from '../../abi/process.js';
import { SI_USER, SIGHUP, SIGINT, SIGTERM } from '../../abi/signal.js';
import { installProgram } from '../../boot/install-program.js';
import { makeDirectory, makeLink } from '../../boot/root-tree.js';
import type { Kernel } from '../../kernel.js';
import { outgoingEnvironment, serveOutgoing } from '../../outgoing/serve-outgoing.js';
import type { Pid } from '../../process/process.js';
import { Tracer } from '../../trace/tracer.js';
import { createKernel, loadProgram } from './machine.js';
import { type GuestMount, mountFolders } from './mount-folders.js';
import { bridgePort } from './port-bridge.js';
import { standardStreams } from './standard-streams.js';

/** A program, and where guests find it. */
export interface InstalledProgram {
  /** Guest path. */
  readonly path: string;
  /** Host path of its WebAssembly. */
  readonly file: string;
}

export interface RunGuestOptions {
  /** What to start. */
  readonly program: InstalledProgram;
  /** With the program's own name. */
  readonly args: readonly string[];
  readonly mounts: readonly GuestMount[];
  /** The guest's whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Beside the one that is started. */
  readonly programs: readonly InstalledProgram[];
  /** Symbolic links by guest path. */
  readonly links: Readonly<Record<string, string>>;
  readonly listen: readonly { readonly host: number; readonly guest: number }[];
  /** Gives the guest a terminal even where this process has none. */
  readonly terminal: boolean;
  /** System calls on stderr as they end; a table of them at the end. */
  /** Guests reach other hosts by a proxy, as this process does. */
  readonly outgoing: boolean;
  readonly strace: boolean;
  readonly profile: boolean;
}

/** How a guest ended: by itself, or by a signal. */
export type GuestEnd = { readonly exitCode: number } | { readonly signal: number };

/**
 * Runs a program to its end.
 * @throws PortsideError program-unreadable, program-unknown, mount-failed, port-in-use, listen-failed
 */
export async function runGuest(options: RunGuestOptions): Promise<GuestEnd> {
  let first: Pid | null = null;
  let end: (status: number) => void = () => {};
  const ended = new Promise<number>((resolve) => {
    end = resolve;
  });
  const kernel = createKernel({
    onExit: (pid, status) => {
      if (pid === first) end(status);
    },
    onCrash: (pid, message, signal) => {
      // That a child died of its own fault is its parent's to tell, as anywhere.
      if (pid === first || signal === null) process.stderr.write(`portside: process ${pid}: ${message}\n`);
    },
  });
  const { program, programs, links } = options;
  const tracer = new Tracer(
    () => kernel.clock.monotonic(),
    ({ tid, text }) => {
      if (options.strace) process.stderr.write(`[pid ${tid}] ${text}\n`);
    },
  );
  if (options.strace || options.profile) kernel.trace(tracer);
  for (const { path, file } of new Set([...programs, program])) {
    installProgram(kernel, path, await loadProgram(file));
  }
  for (const [path, target] of Object.entries(links)) makeLink(kernel, path, target);
  makeDirectory(kernel, '/var/www/html', 0o755);
  mountFolders(kernel, options.mounts);
  if (options.outgoing) serveOutgoing(kernel, { fetch, allows: () => true });
  const servers = await Promise.all(options.listen.map(({ host, guest }) => bridgePort(kernel, host, guest)));
  const { descriptors, terminal, drained } = standardStreams(kernel, options.terminal);
  const pid = kernel.processes.spawn({
    path: program.path,
    arguments: options.args,
    environment: Object.entries({ ...(options.outgoing && outgoingEnvironment()), ...options.env }).map(
      ([name, value]) => `${name}=${value}`,
    ),
    cwd: directory(kernel, options.cwd),
    descriptors,
    parent: null,
    terminal: terminal?.terminal ?? null,
    sharedPort: null,
  });
  first = pid;
  for (const description of descriptors.values()) kernel.descriptions.release(description);
  const stop = (signal: number) => () => {
    const running = kernel.processes.byPid(pid);
    // Who closes the terminal's window sends SIGHUP here: the guest's own terminal goes with it.
    if (signal === SIGHUP && terminal) terminal.hangUp();
    else if (running?.ending === null) running.signals.raise(signal, SI_USER);
  };
  const handlers = Object.entries({ SIGHUP, SIGINT, SIGTERM }).map(([name, signal]) => [name, stop(signal)] as const);
  for (const [name, handler] of handlers) process.on(name, handler);
  try {
    const end = endOf(await ended);
    await drained;
    if (options.profile) process.stderr.write(`${tracer.profile}\n`);
    return end;
  } finally {
    terminal?.close();
    for (const [name, handler] of handlers) process.off(name, handler);
    for (const server of servers) server.close();
    process.stdin.pause();
  }
}

const endOf = (status: number): GuestEnd =>
  statusSignal(status) === 0 ? { exitCode: statusExitCode(status) } : { signal: statusSignal(status) };

function directory(kernel: Kernel, path: string) {
  try {
    return kernel.vfs.lookup(
      { fileSystem: kernel.vfs.root, node: kernel.vfs.root.root },
      new TextEncoder().encode(path),
      true,
    );
  } catch (error) {
    if (error instanceof Errno) throw new PortsideError('folder-missing', path, { cause: error });
    throw error;
  }
}
