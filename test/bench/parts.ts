/** The parts of a run, by name, in order. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Chromium } from './chromium.js';
import type { Figures } from './figures.js';
import { type Bootable, measureBoots, PORTSIDE_CACHE } from './parts/boots.js';
import { countCalls, measureRoundTrips } from './parts/calls.js';
import { measureBodies, measureFetches, measureParallel } from './parts/fetches.js';
import { measureLargeBodies } from './parts/large-bodies.js';
import { measureMemory } from './parts/memory.js';
import { measurePosix } from './parts/posix.js';
import { measureWorkers } from './parts/processors.js';
import { measureRecovery } from './parts/recovery.js';
import { install, measureWordpress, wordpressRoot } from './parts/wordpress.js';
import { writeSite } from './site.js';
import { openChunkFloor, openIsolated, openRelayFloor, openWorkerFloor } from './targets/floors.js';
import { openNative } from './targets/native.js';
import { bootPlayground, openPlayground, servePlayground } from './targets/playground.js';
import { bootPortside, openPortside, type PackedSite, servePacked } from './targets/portside.js';
import { Targets } from './targets/targets.js';

export interface Bench {
  readonly chromium: Chromium;
  /** For what is packed and installed. */
  readonly directory: string;
  readonly figures: Figures;
}

type Part = (bench: Bench, targets: Targets) => Promise<void>;

async function pack({ directory }: Bench, targets: Targets, workers = 2): Promise<PackedSite> {
  const site = await writeSite(directory);
  const packed = await servePacked(site, join(directory, `packed-${workers}`), workers);
  targets.closeLater(packed);
  return packed;
}

const fetches: Part = async (bench, targets) => {
  const { chromium, directory, figures } = bench;
  const packed = await pack(bench, targets);
  const site = join(directory, 'site');
  const portside = await targets.open(() => openPortside(chromium, packed.url));
  await targets.open(() => openRelayFloor(chromium));
  await targets.open(() => openWorkerFloor(chromium));
  for (const way of ['own', 'bare'] as const) {
    await targets.openPeer('playground', async () => {
      const host = await servePlayground(site, way);
      targets.closeLater(host);
      return openPlayground(chromium, host, way);
    });
  }
  await targets.openPeer('native', () => openNative(chromium, site));
  await measureFetches(targets.all, figures);
  // Behind the small ones: it hands its port over once, and its worker would be stopped while it idles.
  await targets.open(() => openChunkFloor(chromium));
  await measureBodies(targets.all, figures);
  await measureParallel(portside, figures);
  await countCalls(portside, 'static file of 1 KiB', 'one.txt', figures);
  await countCalls(portside, '<?php echo 1;', 'echo.php', figures);
  const isolated = await openIsolated(chromium);
  targets.closeLater(isolated);
  await measureRoundTrips(portside, isolated.page, figures);
};

const boots: Part = async (bench, targets) => {
  const packed = await pack(bench, targets);
  const bootables: Bootable[] = [
    { name: 'portside', boot: (page) => bootPortside(page, packed.url), cache: PORTSIDE_CACHE },
  ];
  await targets.tryPeer('playground', async () => {
    const host = await servePlayground(join(bench.directory, 'site'));
    targets.closeLater(host);
    bootables.push({ name: 'playground', boot: (page) => bootPlayground(page, host) });
  });
  await measureBoots(bootables, bench.figures);
};

const wordpress: Part = async ({ chromium, directory, figures }, targets) => {
  const root = await wordpressRoot(directory);
  const packed = await servePacked(root, join(directory, 'packed-wordpress'), 2);
  targets.closeLater(packed);
  const portside = await targets.open(() => openPortside(chromium, packed.url));
  await install(portside);
  await targets.openPeer('playground', async () => {
    const host = await servePlayground(root);
    targets.closeLater(host);
    const target = await openPlayground(chromium, host);
    await install(target);
    return target;
  });
  await targets.openPeer('native', async () => {
    const data = await mkdtemp(join(tmpdir(), 'portside-bench-'));
    targets.closeLater({ close: () => rm(data, { recursive: true }) });
    const target = await openNative(chromium, root, { WORDPRESS_DATA: data });
    await install(target);
    return target;
  });
  await measureWordpress(targets.all, figures);
  await countCalls(portside, 'WordPress, front page', '', figures);
};

const recovery: Part = async (bench, targets) => {
  const packed = await pack(bench, targets);
  await targets.open(() => openWorkerFloor(bench.chromium));
  await targets.open(() => openRelayFloor(bench.chromium));
  await targets.open(() => openPortside(bench.chromium, packed.url));
  await measureRecovery(targets.all, bench.figures);
};

const bodies: Part = async (bench, targets) => {
  const packed = await pack(bench, targets);
  const chromium = await Chromium.launch();
  targets.closeLater(chromium);
  await measureLargeBodies(chromium, await openPortside(chromium, packed.url), bench.figures);
};

const workers: Part = async (bench, targets) => {
  const [one, two] = [await pack(bench, targets, 1), await pack(bench, targets, 2)];
  await measureWorkers(
    await targets.open(() => openPortside(bench.chromium, one.url)),
    await targets.open(() => openPortside(bench.chromium, two.url)),
    bench.figures,
  );
};

const memory: Part = async (bench, targets) => {
  const packed = await pack(bench, targets);
  const alone = async (open: (chromium: Chromium) => ReturnType<typeof openPortside>): Promise<void> => {
    const chromium = await Chromium.launch();
    try {
      await measureMemory(chromium, await open(chromium), bench.figures);
    } finally {
      await chromium.close();
    }
  };
  await alone((chromium) => openPortside(chromium, packed.url));
  await targets.tryPeer('playground', async () => {
    const host = await servePlayground(join(bench.directory, 'site'));
    targets.closeLater(host);
    await alone((chromium) => openPlayground(chromium, host));
  });
};

const posix: Part = async ({ chromium, directory, figures }, targets) => {
  const isolated = await openIsolated(chromium);
  targets.closeLater(isolated);
  await measurePosix(chromium, isolated.page, directory, figures);
};

export const PARTS: Readonly<Record<string, Part>> = {
  fetches,
  recovery,
  bodies,
  boots,
  wordpress,
  workers,
  memory,
  posix,
};

export async function runPart(part: Part, bench: Bench): Promise<void> {
  const targets = new Targets(bench.figures);
  try {
    await part(bench, targets);
  } finally {
    await targets.close();
  }
}
