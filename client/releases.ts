/**
 * New releases of a site: looked for at sensible moments, offered when they are ready, started only when every page that shows the
 * site agrees. A page holds a Web Lock of its own for as long as it does not: whoever agrees waits for those of the others.
 */

import type { PageToWorker } from '../protocol/page.js';
import { pageLockPrefix, releaseChannelName } from '../protocol/site.js';
import { Emitter } from './emitter.js';
import { serviceWorkers } from './service-workers.js';

/** Milliseconds. A page that is opened looks by itself, as browsers do; one that stays open for long looks when it is come back to. */
const LOOK_INTERVAL = 60 * 60 * 1000;

export interface ReleaseEvents {
  /** A new release is ready. `wanted`: another tab has agreed, and waits for this one. */
  available: { readonly wanted: boolean };
  /** This page has agreed, and other tabs have not yet. */
  held: undefined;
}

export interface Releases {
  readonly events: Emitter<ReleaseEvents>;
  /** Whether a new release is ready. */
  readonly available: boolean;
  /**
   * This page agrees: it is loaded again with the new release when all others have agreed as well, or are closed. Resolves only
   * where there is nothing to start any more.
   */
  adopt(): Promise<void>;
  /** The page looks no more, and does not hold back others. */
  stop(): void;
}

/** @param base Scope of the registration. */
export function watchReleases(registration: ServiceWorkerRegistration, base: string): Releases {
  return new ReleaseWatch(registration, base);
}

class ReleaseWatch implements Releases {
  readonly events = new Emitter<ReleaseEvents>();
  readonly #registration: ServiceWorkerRegistration;
  readonly #base: string;
  readonly #lockName: string;
  readonly #listening = new AbortController();
  #lookedAt = Date.now();
  #agreed = false;
  /** A new release serves this page already, whoever started it. */
  #superseded = false;
  #presence: Presence | undefined;

  constructor(registration: ServiceWorkerRegistration, base: string) {
    this.#registration = registration;
    this.#base = base;
    this.#lockName = pageLockPrefix(base) + crypto.randomUUID();
    const { signal } = this.#listening;
    registration.addEventListener('updatefound', () => this.#follow(registration.installing), { signal });
    this.#follow(registration.installing);
    serviceWorkers().addEventListener('controllerchange', () => this.#changed(), { signal });
    document.addEventListener('visibilitychange', () => this.#look(), { signal });
    // Locks and channels keep a page out of the back/forward cache.
    addEventListener('pagehide', () => this.#leave(), { signal });
    addEventListener('pageshow', ({ persisted }) => persisted && this.#appear(), { signal });
    this.#appear();
  }

  get available(): boolean {
    return this.#superseded || this.#registration.waiting !== null;
  }

  async adopt(): Promise<void> {
    this.#agreed = true;
    this.#presence?.agree();
    if (!this.#superseded) {
      const control = new Promise((resolve) =>
        serviceWorkers().addEventListener('controllerchange', resolve, { once: true }),
      );
      await Promise.race([control, this.#takeOver()]);
      if (!this.#superseded) return;
    }
    // A page that a form was posted to would post it again.
    history.replaceState(history.state, '');
    location.reload();
    await new Promise(() => {});
  }

  stop(): void {
    this.#listening.abort();
    this.#leave();
  }

  /** Resolves when there is nothing to take over; else `controllerchange` tells. */
  async #takeOver(): Promise<void> {
    await this.#whenOthersAgree();
    const { waiting } = this.#registration;
    if (!waiting) return;
    const message: PageToWorker = { portside: 'take-over', base: this.#base };
    waiting.postMessage(message);
    // A still newer one came, or it failed.
    await new Promise<void>((resolve) => {
      waiting.addEventListener('statechange', () => waiting.state === 'redundant' && resolve());
    });
  }

  async #whenOthersAgree(): Promise<void> {
    for (;;) {
      const { held = [] } = await navigator.locks.query();
      const other = held.find(({ name }) => name?.startsWith(pageLockPrefix(this.#base)));
      if (!other?.name) return;
      this.events.emit('held', undefined);
      await navigator.locks.request(other.name, { mode: 'shared' }, () => {});
    }
  }

  #follow(worker: ServiceWorker | null): void {
    worker?.addEventListener('statechange', () => {
      if (worker.state === 'installed' && this.#registration.active) this.#offer(false);
    });
  }

  #offer(wanted: boolean): void {
    if (!this.#agreed && this.available) this.events.emit('available', { wanted });
  }

  #changed(): void {
    this.#superseded = true;
    this.#offer(false);
  }

  #look(): void {
    if (document.visibilityState !== 'visible' || Date.now() - this.#lookedAt < LOOK_INTERVAL) return;
    this.#lookedAt = Date.now();
    this.#registration
      .update()
      .catch((error: unknown) => console.info('portside: no new release of the site can be looked for.', error));
  }

  #appear(): void {
    this.#presence ??= new Presence(this.#lockName, releaseChannelName(this.#base), () => this.#offer(true));
    if (this.#agreed) this.#presence.agree();
  }

  #leave(): void {
    this.#presence?.end();
    this.#presence = undefined;
  }
}

/** A page that is there for the others to see. */
class Presence {
  readonly #channel: BroadcastChannel;
  readonly #end = new AbortController();
  #release: (() => void) | undefined;

  constructor(lockName: string, channelName: string, wanted: () => void) {
    this.#channel = new BroadcastChannel(channelName);
    this.#channel.addEventListener('message', wanted);
    const { signal } = this.#end;
    navigator.locks
      .request(lockName, { signal }, () => new Promise<void>((release) => (this.#release = release)))
      .catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
  }

  /** It holds back nobody any more, and tells so. */
  agree(): void {
    this.#end.abort();
    this.#release?.();
    this.#channel.postMessage('agreed');
  }

  end(): void {
    this.#end.abort();
    this.#release?.();
    this.#channel.close();
  }
}
