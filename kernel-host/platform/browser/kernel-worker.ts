/** The script of the kernel's worker: boots a packed site's machine, reports to the page, serves the service worker's ports. */
import { type ErrorCode, PortsideError } from '../../../protocol/errors.js';
import { type FromMachine, MACHINE_VERSION, type ToMachine } from '../../../protocol/machine.js';
import { chunkAsset, type SiteConfig, siteAddress } from '../../../protocol/site.js';
import { Errno } from '../../abi/errno.js';
import { ArchiveExchange } from '../../archive/archive-exchange.js';
import { furnish } from '../../boot/furnish.js';
import { installProgram } from '../../boot/install-program.js';
import { mountImage } from '../../boot/mount-image.js';
import { detectAbi } from '../../guest/abi.js';
import { BridgeServers } from '../../http/bridge-servers.js';
import { Inspection } from '../../inspect/inspection.js';
import { Kernel } from '../../kernel.js';
import { serveOutgoing } from '../../outgoing/serve-outgoing.js';
import { statistics } from '../../process/statistics.js';
import type { Store } from '../../store/store.js';
import { loadAssets, prefetchAssets } from './assets.js';
import { ChunkStore } from './chunk-store.js';
import { BrowserGuestWorkers } from './guest-workers.js';
import { browserPlatform } from './machine.js';
import { PageGuestWorkers } from './page-guest-workers.js';
import { ServerProcesses } from './server-processes.js';
import { siteFetch } from './site-fetch.js';
import { openSiteStore, writeBarrier } from './site-store.js';
import { webLockLives } from './socket-lives.js';
import { browserWorkerLives } from './worker-lives.js';

/** Where the page is: at the worker's own end, or at the end of a port that came first. */
let page: { postMessage(message: FromMachine): void } = self;
const tell = (message: FromMachine): void => page.postMessage(message);

function fail(error: unknown): void {
  const [code, detail]: [ErrorCode, string | undefined] =
    error instanceof PortsideError
      ? [error.code, error.detail]
      : ['kernel-start-failed', error instanceof Errno ? `error ${error.errno}` : String(error)];
  tell({ type: 'failed', code, ...(detail !== undefined && { detail }) });
}

interface RunningMachine {
  readonly kernel: Kernel;
  readonly bridges: BridgeServers;
  readonly store: Store;
}

/** Where a site's program is found by its command line. */
const PROGRAMS = '/usr/local/bin';

/** Of the machine that boots or runs, where the page starts them. */
let pageWorkers: PageGuestWorkers | undefined;

async function boot(options: Extract<ToMachine, { type: 'boot' }>): Promise<RunningMachine> {
  const { site, origin, stored } = options;
  const base = new URL(site.base, origin);
  const script = new URL(site.assets.processWorker.path, base);
  if (options.processWorkers === 'page') pageWorkers = new PageGuestWorkers(script, tell);
  const workers = pageWorkers ?? new BrowserGuestWorkers(script);
  const platform = browserPlatform(workers);
  // While the rest is downloaded.
  const opening = openSiteStore(site, platform.alarm, {
    state: (state) => tell({ type: 'storage', state }),
    takenOver: fail,
  });
  const kernel = new Kernel(platform, {
    onExit: (pid, status) => {
      if (servers.ended(pid, status) && servers.running === 0)
        fail(new PortsideError('kernel-crashed', 'Its servers end as soon as they are started.'));
    },
    onCrash: (pid, message) => output(pid, 2, `${message}\n`),
  });
  const inspection = new Inspection(kernel);
  const output = (pid: number, fd: 1 | 2, text: string): void => {
    tell({ type: 'output', pid, fd, text });
    inspection.output.wrote(pid, kernel.processes.byPid(pid)?.name ?? '', fd, text);
  };
  const servers = new ServerProcesses(kernel, site, origin, {
    output,
    exit: (pid, status, restarted) => tell({ type: 'exit', pid, status, restarted }),
  });
  workers.prepare(site.workers);
  furnish(kernel, [siteAddress(site, origin).host]);
  const chunkStore = new ChunkStore(site.base, base);
  const [store, { module }] = await Promise.all([opening, loadMachine(kernel, site, base, chunkStore)]);
  await store.restore(kernel.vfs.root);
  if (store.fresh && stored) tell({ type: 'storage', state: 'evicted' });
  let booting = true;
  const writes = writeBarrier(store, site.ack);
  const bridges = new BridgeServers(
    kernel.network,
    {
      booting: () => booting,
      observer: inspection.exchanges.observe,
      ...(writes && { writes }),
      machine: (request, sink) => new ArchiveExchange(kernel, request, sink),
      socketLives: webLockLives(),
      inspected: (port) => inspection.attach(port),
    },
    browserWorkerLives(site.base),
  );
  tell({ type: 'progress', step: 'start', loaded: 0, total: 0 });
  const abi = detectAbi(module);
  if (!abi) throw new PortsideError('guest-rejected', 'It is not a program for this kernel.');
  // Of this release, whatever a guest has made of the file: without it there is no site.
  installProgram(kernel, `${PROGRAMS}/${site.argv[0] ?? ''}`, { abi, module });
  store.attach(kernel.vfs.root);
  if (site.outgoing !== undefined) {
    const { port } = siteAddress(site, origin);
    serveOutgoing(kernel, { fetch: siteFetch(kernel, origin, port), allows: () => true }, site.outgoing);
  }
  servers.start();
  tell({ type: 'progress', step: 'listen', loaded: 0, total: 0 });
  await kernel.network.whenListening(servers.port, AbortSignal.any([]));
  booting = false;
  tell({ type: 'ready' });
  servers.startOthers();
  void keepForOffline(chunkStore, site);
  return { kernel, bridges, store };
}

async function loadMachine(
  kernel: Kernel,
  site: SiteConfig,
  base: URL,
  chunkStore: ChunkStore,
): Promise<{ module: WebAssembly.Module }> {
  const { guest, index, chunks } = await loadAssets(
    site,
    base,
    (loaded, total) => tell({ type: 'progress', step: 'download', loaded, total }),
    chunkStore,
  );
  tell({ type: 'progress', step: 'unpack', loaded: 0, total: 0 });
  const files = mountImage(kernel, index, site.mountPoint, async (chunk) => {
    try {
      return await chunkStore.load(chunkAsset([chunk.sha256, chunk.storedSize, chunk.end - chunk.start]));
    } catch (error) {
      if (error instanceof PortsideError)
        tell({ type: 'missing', code: error.code, ...(error.detail !== undefined && { detail: error.detail }) });
      throw error;
    }
  });
  for (const chunk of files.chunks) {
    const data = chunks.get(chunk.sha256);
    if (data) files.supply(chunk, data);
  }
  return { module: guest };
}

/** Behind the site, which runs: the rest of its files, so that it needs its host no more. */
async function keepForOffline(chunkStore: ChunkStore, { chunks }: SiteConfig): Promise<void> {
  try {
    await chunkStore.fill(chunks.map(chunkAsset), (loaded, total) => tell({ type: 'offline', loaded, total }));
  } catch (error) {
    console.info('portside: not all of the site is kept for use without a network yet', error);
  }
}

/** A page that is about to be loaded again has time to download in. */
async function prefetch(site: SiteConfig, origin: string): Promise<void> {
  try {
    const base = new URL(site.base, origin);
    const progress = (loaded: number, total: number) => tell({ type: 'progress', step: 'download', loaded, total });
    await prefetchAssets(site, base, progress, new ChunkStore(site.base, base));
  } catch (error) {
    console.info('portside: downloading ahead of the boot failed', error);
  }
  tell({ type: 'prefetched' });
}

let machine: Promise<RunningMachine> | undefined;

self.addEventListener('message', ({ data }: MessageEvent<ToMachine>) => receive(data));

function receive(data: ToMachine): void {
  switch (data.type) {
    case 'control':
      page = data.port;
      data.port.onmessage = (event: MessageEvent<ToMachine>) => receive(event.data);
      break;
    case 'boot':
      if (data.version === MACHINE_VERSION) {
        machine = boot(data);
        machine.catch(fail);
      } else {
        fail(new PortsideError('protocol-mismatch'));
      }
      break;
    case 'prefetch':
      if (data.version !== MACHINE_VERSION) tell({ type: 'prefetched' });
      else void prefetch(data.site, data.origin);
      break;
    case 'worker-failed':
      pageWorkers?.failed(data);
      break;
    case 'connect': {
      const { port } = data;
      machine?.then(
        ({ bridges }) => bridges.connect(port),
        () => port.close(),
      );
      break;
    }
    case 'flush':
      machine?.then(({ store }) => store.flush('relaxed')).catch(() => {}); // Those who must know are told.
      break;
    case 'current':
      machine
        ?.then(({ store }) => store.current())
        .then(
          (current) => tell({ type: 'current', current }),
          () => tell({ type: 'current', current: false }),
        );
      break;
    case 'stats':
      // One that failed has said so.
      machine?.then(
        ({ kernel }) => tell({ type: 'stats', ...statistics(kernel) }),
        () => undefined,
      );
      break;
  }
}
