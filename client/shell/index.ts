/** The shell of a packed site: makes the page able to run a kernel, boots it or finds the tab that has, shows the site. */
import { PortsideError } from '../../protocol/errors.js';
import type { SiteConfig } from '../../protocol/site.js';
import { connect } from '../connection.js';
import { type Diagnosis, diagnose, diagnosisText } from '../diagnose/diagnose.js';
import { becomeIsolated } from '../isolation.js';
import { startMachine } from '../machine.js';
import { logOutput } from '../output.js';
import { claimKernel, type Ownership } from '../ownership.js';
import { prefetch } from '../prefetch.js';
import { adoptRelease, register } from '../registration.js';
import { forgetReload } from '../reload-once.js';
import { type ShownSite, showSite } from '../show-site.js';
import { BootScreen } from './boot-screen.js';
import { readSiteConfig } from './site-config.js';

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
let shown: ShownSite | undefined;
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

  const claim = await claimKernel(site.base);
  if (claim.role === 'owner') {
    await adoptRelease(registration, site.base);
    await runKernel(site, claim.ownership);
  } else {
    // When the tab that runs the kernel goes, this one takes over behind the site that it shows.
    claim.succession.then((ownership) => runKernel(site, ownership)).catch(fail);
    screen.progress('wait');
    await claim.ownerBooted;
  }
  if (failed) return; // As the successor of a tab that went while it booted.
  if (!frame) throw new Error("The shell's page has no iframe#portside-site");
  shown = showSite({ base: site.base, name: site.name, frame });
  await shown.arrived;
  screen.ready();
  frame.focus();
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

async function runKernel(site: SiteConfig, ownership: Ownership): Promise<void> {
  const machine = startMachine({ site });
  machine.events.on('progress', ({ step, loaded, total }) => screen.progress(step, loaded, total));
  machine.events.on('output', (output) => logOutput(output));
  machine.events.on('exit', ({ pid, status, restarted }) => {
    console.warn(`portside: process ${pid} ended with status ${status}${restarted ? '; another was started' : ''}`);
  });
  try {
    await machine.ready;
  } catch (error) {
    machine.terminate();
    ownership.release();
    if (error instanceof PortsideError && error.code === 'isolation-refused') await becomeIsolated(site.base);
    throw error;
  }
  const connection = connect(machine, site.base);
  ownership.booted();
  machine.events.on('failed', (error) => {
    connection.close();
    machine.terminate();
    ownership.release();
    fail(error);
  });
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
  screen.fail(known);
}

run().catch(fail);
