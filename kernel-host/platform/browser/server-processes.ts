/** A site's server processes: started together, kept alive, their output told. */

import { type SiteConfig, siteAddress } from '../../../protocol/site.js';
import { O_RDONLY } from '../../abi/fcntl.js';
import { HostInput } from '../../file/host-stream.js';
import type { Kernel } from '../../kernel.js';
import { KIND_KERNEL } from '../../memory/layout.js';
import type { Pid } from '../../process/process.js';

/** A server that ends this soon after its start has not served anybody: the next one is a try. */
const SOON = 2000;
/** So many tries in a row, and the site counts as broken. */
const TRIES = 5;

export interface ServerEvents {
  output(pid: number, fd: 1 | 2, text: string): void;
  exit(pid: number, status: number, restarted: boolean): void;
}

export class ServerProcesses {
  readonly #kernel: Kernel;
  readonly #site: SiteConfig;
  readonly #events: ServerEvents;
  /** The host's name in the site's own address, which leads to this machine from within. */
  readonly #host: string;
  readonly port: number;
  /** Whether visitors reach the site over HTTPS. */
  readonly #secure: boolean;
  /** When each was started, on the monotonic clock. */
  readonly #started = new Map<Pid, number>();
  #failures = 0;

  constructor(kernel: Kernel, site: SiteConfig, origin: string, events: ServerEvents) {
    this.#kernel = kernel;
    this.#site = site;
    this.#events = events;
    this.#secure = origin.startsWith('https:');
    const { host, port } = siteAddress(site, origin);
    this.#host = host;
    this.port = port;
  }

  /** Starts the first. @throws Errno when the program or its directory is not there. */
  start(): void {
    this.#spawn();
  }

  /** Starts those that are missing, once the first serves: together they would compile the same code side by side. */
  startOthers(): void {
    while (this.running < this.#site.workers) this.#spawn();
  }

  /** True when the process was one of these. */
  ended(pid: Pid, status: number): boolean {
    const started = this.#started.get(pid);
    if (started === undefined) return false;
    this.#started.delete(pid);
    this.#failures = this.#kernel.clock.monotonic() - started < SOON ? this.#failures + 1 : 0;
    const restarts = this.#failures < TRIES;
    this.#events.exit(pid, status, restarts);
    if (restarts) this.#spawn();
    return true;
  }

  get running(): number {
    return this.#started.size;
  }

  #spawn(): void {
    const { env, cwd } = this.#site;
    const template = (this.#secure && this.#site.secureArgv) || this.#site.argv;
    const argv = template.map((part) => part.replace('{host}', this.#host).replace('{port}', String(this.port)));
    const kernel = this.#kernel;
    let pid = 0;
    const input = new HostInput();
    input.end();
    const output = (fd: 1 | 2): number => {
      const decoder = new TextDecoder();
      const { description } = kernel.pipeToHost({
        take: (bytes) => {
          this.#events.output(pid, fd, decoder.decode(bytes, { stream: true }));
          return true;
        },
        end: () => {},
      });
      return description;
    };
    const descriptors = new Map([
      [0, kernel.describe(KIND_KERNEL, O_RDONLY, input)],
      [1, output(1)],
      [2, output(2)],
    ]);
    const started = kernel.processes.spawn({
      path: argv[0] ?? '',
      arguments: argv,
      environment: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      cwd: kernel.vfs.lookup(
        { fileSystem: kernel.vfs.root, node: kernel.vfs.root.root },
        new TextEncoder().encode(cwd),
        true,
      ),
      descriptors,
      parent: null,
      sharedPort: this.port,
    });
    pid = started;
    this.#started.set(started, kernel.clock.monotonic());
    for (const description of descriptors.values()) kernel.descriptions.release(description);
  }
}
