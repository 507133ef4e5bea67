/** A guest's `php -S` on the kernel under Node, behind a real TCP port: the other side of the comparison. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DOCUMENT_ROOT, serverArguments } from '../../cli/pack/guest-layout.js';
import { obtainPhp } from '../../cli/php/obtain.js';
import type { PhpChoice } from '../../cli/php/releases.js';
import { O_RDONLY, O_WRONLY } from '../../kernel-host/abi/fcntl.js';
import { installProgram } from '../../kernel-host/boot/install-program.js';
import { makeDirectory, writeFile } from '../../kernel-host/boot/root-tree.js';
import { HostInput, HostOutput } from '../../kernel-host/file/host-stream.js';
import type { Kernel } from '../../kernel-host/kernel.js';
import { KIND_KERNEL } from '../../kernel-host/memory/layout.js';
import { createKernel, loadProgram } from '../../kernel-host/platform/node/machine.js';
import { bridgePort } from '../../kernel-host/platform/node/port-bridge.js';

/** Built by `npm run build`: worker threads can't run TypeScript. */
const PROCESS_WORKER = new URL('../../dist/node/process-worker.js', import.meta.url);

/** What programs are built with. */
const PORTS = fileURLToPath(new URL('../../guest', import.meta.url));

/** Where the guests listen, inside. */
export const GUEST_PORT = 80;

export interface GuestPhpOptions {
  /** Folder of the host, copied into the guest's file system. */
  readonly documentRoot: string;
  readonly php?: PhpChoice;
  /** `name=value`, each given by `-d`. */
  readonly settings?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Server processes that share the port; 1 by default. */
  readonly workers?: number;
}

export interface GuestPhp {
  /** TCP port of the host. */
  readonly port: number;
  readonly origin: string;
  readonly kernel: Kernel;
  /** What the servers and their pages wrote on stdout and stderr, and how processes ended. */
  log(): string;
  /** The status that a process ends with: asked for before it has. */
  ended(pid: number): Promise<number>;
  stop(): Promise<void>;
}

/** Requests may be sent at once: they wait until the server listens. */
export async function startGuestPhp(options: GuestPhpOptions): Promise<GuestPhp> {
  const lines: string[] = [];
  const ends = new Map<number, (status: number) => void>();
  const kernel = createKernel(
    {
      onExit: (pid, status) => {
        lines.push(`process ${pid} ended with status ${status}\n`);
        ends.get(pid)?.(status);
      },
      onCrash: (pid, message) => lines.push(`process ${pid}: ${message}\n`),
    },
    PROCESS_WORKER,
  );
  const { wasm } = await obtainPhp(PORTS)(options.php ?? '8.2', () => {});
  installProgram(kernel, '/usr/local/bin/php', await loadProgram(wasm));
  makeDirectory(kernel, '/var/cache/opcache', 0o755);
  await copyFolder(kernel, options.documentRoot, DOCUMENT_ROOT);

  const bridge = await bridgePort(kernel, 0, GUEST_PORT);
  const input = new HostInput();
  input.end();
  const output = new HostOutput((bytes) => {
    lines.push(new TextDecoder().decode(bytes));
    return true;
  });
  const command = serverArguments(undefined, options.settings ?? []).map((part) =>
    part.replace('{host}:{port}', `127.0.0.1:${GUEST_PORT}`),
  );
  for (let worker = 0; worker < (options.workers ?? 1); worker++) {
    const descriptors = new Map([
      [0, kernel.describe(KIND_KERNEL, O_RDONLY, input)],
      [1, kernel.describe(KIND_KERNEL, O_WRONLY, output)],
      [2, kernel.describe(KIND_KERNEL, O_WRONLY, output)],
    ]);
    kernel.processes.spawn({
      path: '/usr/local/bin/php',
      arguments: command,
      environment: Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${value}`),
      cwd: kernel.vfs.lookup(
        { fileSystem: kernel.vfs.root, node: kernel.vfs.root.root },
        new TextEncoder().encode(DOCUMENT_ROOT),
        true,
      ),
      descriptors,
      parent: null,
      sharedPort: GUEST_PORT,
    });
    for (const description of descriptors.values()) kernel.descriptions.release(description);
  }

  const address = bridge.address();
  if (address === null || typeof address === 'string') throw new Error('The bridge has no port.');
  return {
    port: address.port,
    origin: `http://127.0.0.1:${address.port}`,
    kernel,
    log: () => lines.join(''),
    ended: (pid) => new Promise((resolve) => ends.set(pid, resolve)),
    async stop() {
      for (const process of kernel.processes.all()) kernel.processes.end(process, 0);
      await new Promise((resolve) => bridge.close(resolve));
    },
  };
}

async function copyFolder(kernel: Kernel, from: string, to: string): Promise<void> {
  makeDirectory(kernel, to, 0o755);
  for (const name of await readdir(from)) {
    const path = join(from, name);
    if ((await stat(path)).isDirectory()) await copyFolder(kernel, path, `${to}/${name}`);
    else writeFile(kernel, `${to}/${name}`, await readFile(path), 0o644);
  }
}
