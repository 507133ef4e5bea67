/** The shell of a packed site: makes the page able to run a kernel, boots it or finds the tab that has, shows the site. */
import { PortsideError } from '../../protocol/errors.js';
import type { SiteConfig } from '../../protocol/site.js';
import { type Diagnosis, diagnose, diagnosisText } from '../diagnose/diagnose.js';
import { becomeIsolated } from '../isolation.js';
import { type Machine, startMachine } from '../machine.js';
import { logOutput } from '../output.js';
import { prefetch } from '../prefetch.js';
import { register } from '../registration.js';
import { type Releases, watchReleases } from '../releases.js';
import { forgetReload } from '../reload-once.js';
import { type ShownSite, showSite } from '../show-site.js';
import { whenDeleted } from '../sites/delete-site.js';
import { BootScreen } from './boot-screen.js';
import { offerInstallation } from './install-notice.js';
import { InstallOffer } from './install-offer.js';
import { KernelShare } from './kernel-share.js';
import { readSiteConfig } from './site-config.js';
import { showStatus } from './status.js';
import { StorageNotice } from './storage-notice.js';
import { UpdateNotice } from './update-notice.js';

declare global {
  interface Window {
    /** For people at the console. */
    portside?: { diagnose(): Promise<Diagnosis> };
  }
}

const base = document.documentElement.dataset.portsideBase ?? '/';
const screen = new BootScreen(document, async () => diagnosisText(await diagnose({ base })));
window.portside = { diagnose: () => diagnose({ base }) };
/** In the markup under this id; its type follows from the tag that the selector names. */
const frame = document.querySelector<HTMLIFrameElement>('iframe#portside-site');
const storage = new StorageNotice(document, () => frame?.focus());
const install = new InstallOffer(base);
let shown: ShownSite | undefined;
let releases: Releases | undefined;
let failed = false;

async function run(): Promise<void> {
  const site = readSiteConfig(document);
  refuseToNest();
  screen.progress('register');
  const ahead = navigator.serviceWorker?.controller
    ? undefined
    : prefetch(site, (loaded, total) => screen.progress('download', loaded, total));
  const registration = await register({ base: site.base }).catch((error: unknown) => explainFailedInstall(error, site));
  await ahead?.done;
  if (crossOriginIsolated) forgetReload('isolation', site.base);
  releases = watchReleases(registration, site.base);

  const share = new KernelShare({
    base: site.base,
    start: () => startKernel(site),
    waits: () => screen.progress('wait'),
    failed: fail,
  });
  whenDeleted(site.base, () => {
    share.stop();
    fail(new PortsideError('site-deleted'));
  });
  addEventListener('pagehide', () => share.suspend());
  addEventListener('pageshow', ({ persisted }) => persisted && share.begin().catch(fail));
  await share.begin().catch((error: unknown) => isolateOtherwise(error, site.base));
  if (failed) return; // As the successor of a tab that went while it booted.
  if (!frame) throw new Error("The shell's page has no iframe#portside-site");
  shown = showSite({ base: site.base, name: site.name, frame });
  await shown.arrived;
  screen.ready();
  frame.focus();
  if (site.statusBar) {
    showStatus(document, site, releases, install);
  } else {
    offerInstallation(document, install, () => frame.focus());
  }
  offerReleases(releases, frame, site.statusBar === true);
}

function offerReleases(offered: Releases, site: HTMLIFrameElement, quiet: boolean): void {
  const notice = new UpdateNotice(document, {
    update: () => void offered.adopt(),
    closed: () => site.focus(),
  });
  // A status bar has a button for it.
  offered.events.on('available', ({ wanted }) => (wanted || !quiet) && notice.show(wanted ? 'wanted' : 'ready'));
  offered.events.on('held', () => notice.show('held'));
  if (offered.available && !quiet) notice.show('ready');
}

/** A service worker that could not keep the site's parts is given up by the browser, which does not say why. */
async function explainFailedInstall(error: unknown, site: SiteConfig): Promise<never> {
  if (!(error instanceof PortsideError) || error.code !== 'service-worker-failed') throw error;
  for (const { path } of [site.assets.kernelWorker, site.assets.processWorker]) {
    const response = await fetch(site.base + path, { method: 'HEAD' }).catch((cause: unknown) => {
      throw new PortsideError('asset-unreachable', path, { cause });
    });
    if (response.status === 404) throw new PortsideError('asset-missing', path, { cause: error });
  }
  throw error;
}

function startKernel(site: SiteConfig): Machine {
  const machine = startMachine({ site });
  machine.events.on('progress', ({ step, loaded, total }) => screen.progress(step, loaded, total));
  machine.events.on('storage', ({ state }) => storage.show(state));
  machine.events.on('missing', (error) => {
    console.error('portside: a file of the site could not be read:', error);
    storage.missing(error);
  });
  machine.events.on('output', (output) => logOutput(output));
  machine.events.on('exit', ({ pid, status, restarted }) => {
    console.warn(`portside: process ${pid} ended with status ${status}${restarted ? '; another was started' : ''}`);
  });
  return machine;
}

/** Where the browser isolates no frame, the page is loaded once more, with headers that isolate it. */
async function isolateOtherwise(error: unknown, base: string): Promise<never> {
  if (error instanceof PortsideError && error.code === 'isolation-refused') await becomeIsolated(base);
  throw error;
}

/** The service worker answers frames with the site. A frame that gets the shell was loaded past it, and would nest for ever. */
function refuseToNest(): void {
  if (frameElement?.id === 'portside-site') throw new PortsideError('service-worker-bypassed');
}

function fail(error: unknown): void {
  console.error('portside:', error);
  failed = true;
  shown?.stop();
  frame?.remove();
  const known =
    error instanceof PortsideError ? error : new PortsideError('unexpected-failure', String(error), { cause: error });
  // What failed may be what a new release has mended.
  screen.fail(known, () => (releases?.available ? void releases.adopt() : location.reload()));
}

run().catch(fail);
