/** The store of a site's machine, and what the page is told of it. */
import { PortsideError } from '../../../protocol/errors.js';
import type { StorageState } from '../../../protocol/machine.js';
import { type Acknowledgement, type SiteConfig, storeDatabaseName } from '../../../protocol/site.js';
import type { WriteBarrier } from '../../http/write-acknowledgement.js';
import type { Alarm } from '../../poll/timers.js';
import { failureCode } from '../../store/failure.js';
import { Store } from '../../store/store.js';

/** FHS 3.0 section 5.5: what can be deleted without loss of data. PHP keeps compiled scripts there, which it writes before anybody asks. */
const CACHES = '/var/cache/';

export interface SiteStoreEvents {
  state(state: StorageState): void;
  /** Another machine has taken over: this one has come to its end. */
  takenOver(error: PortsideError): void;
}

/** @throws PortsideError `store-…`: nothing was changed */
export async function openSiteStore(site: SiteConfig, alarm: Alarm, events: SiteStoreEvents): Promise<Store> {
  try {
    return await Store.open({
      name: storeDatabaseName(site.base),
      alarm,
      now: Date.now(),
      isCache: (path) => path.startsWith(CACHES),
      events: {
        stored: () => events.state('stored'),
        full: () => events.state('full'),
        recovered: () => events.state('recovered'),
        failing: (error) => {
          console.error('portside: the files of the site cannot be stored', error);
          events.state('failing');
        },
        ended: (error) => (error.code === 'store-evicted' ? events.state('evicted') : events.takenOver(error)),
      },
    });
  } catch (error) {
    if (error instanceof PortsideError) throw error;
    throw new PortsideError('store-failing', String(error), { cause: error });
  }
}

/** What responses of the site wait for; undefined when for nothing. */
export function writeBarrier(store: Store, acknowledgement: Acknowledgement = 'committed'): WriteBarrier | undefined {
  if (acknowledgement === 'memory') return undefined;
  const durability = acknowledgement === 'durable' ? 'strict' : 'relaxed';
  return {
    get changes() {
      return store.changes;
    },
    flush: () => store.flush(durability),
    codeOf: failureCode,
  };
}
