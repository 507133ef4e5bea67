/** Keeps the status bar of a site true. */
import type { SiteConfig } from '../../protocol/site.js';
import { offlineState } from '../offline-state.js';
import type { Releases } from '../releases.js';
import type { InstallOffer } from './install-offer.js';
import { StatusBar } from './status-bar.js';

/** Milliseconds between two looks while the site is being saved; none is taken once it is. */
const LOOK_INTERVAL = 500;

export function showStatus(document: Document, site: SiteConfig, releases: Releases, offer: InstallOffer): void {
  const bar = new StatusBar(document, {
    install: () => void offer.accept(),
    update: () => void releases.adopt(),
  });
  let looking: number | undefined;
  const look = async (): Promise<void> => {
    clearTimeout(looking);
    const state = await offlineState(site);
    bar.show(state, navigator.onLine);
    if (!state.ready) looking = setTimeout(() => void look(), LOOK_INTERVAL);
  };
  offer.onChange = () => bar.offerInstall(offer.available);
  offer.onChange();
  releases.events.on('available', () => bar.offerUpdate(true));
  bar.offerUpdate(releases.available);
  addEventListener('online', () => void look());
  addEventListener('offline', () => void look());
  // What the site has written meanwhile shows when it is come back to.
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && void look());
  void look();
}
