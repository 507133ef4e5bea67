/**
 * Which of the tabs runs the kernel: the one that holds a Web Lock. The browser frees the lock with the tab, however that ends,
 * and gives it to the next that waits.
 */
import { PortsideError } from '../protocol/errors.js';
import { bootLockName, kernelLockName } from '../protocol/site.js';

/** The right to run the kernel of a base. */
export interface Ownership {
  /** The boot has ended, well or not: tabs that waited for it go on. */
  booted(): void;
  /** Gives the kernel up to the next tab that waits. */
  release(): void;
}

export type Claim =
  | { readonly role: 'owner'; readonly ownership: Ownership }
  | {
      readonly role: 'guest';
      /** Resolves when the owner's boot has ended. */
      readonly ownerBooted: Promise<void>;
      /** Resolves when the owner has gone and this page has become the owner; with undefined when it has withdrawn. */
      readonly succession: Promise<Ownership | undefined>;
      /** This page does not want to become the owner any more. */
      withdraw(): void;
    };

/** @throws PortsideError `storage-blocked`: where storage is blocked, locks are too. */
export async function claimKernel(base: string): Promise<Claim> {
  try {
    const release = await holdIfFree(kernelLockName(base));
    if (release) return { role: 'owner', ownership: await beginBoot(base, release) };
  } catch (cause) {
    throw new PortsideError('storage-blocked', undefined, { cause });
  }
  const withdrawal = new AbortController();
  const { signal } = withdrawal;
  const succession = hold(kernelLockName(base), signal).then(
    (release) => beginBoot(base, release),
    (reason: unknown) => {
      if (signal.aborted) return undefined;
      throw reason;
    },
  );
  return { role: 'guest', ownerBooted: bootEnded(base), succession, withdraw: () => withdrawal.abort() };
}

async function beginBoot(base: string, release: Release): Promise<Ownership> {
  const booted = await hold(bootLockName(base));
  return {
    booted,
    release() {
      booted();
      release();
    },
  };
}

const bootEnded = (base: string): Promise<void> =>
  navigator.locks.request(bootLockName(base), { mode: 'shared' }, () => {});

/** Gives a lock back. */
type Release = () => void;

/** Resolves once the lock is held. */
function hold(name: string, signal?: AbortSignal): Promise<Release> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(name, { ...(signal && { signal }) }, () => new Promise<void>((release) => resolve(release)))
      .catch(reject);
  });
}

/** Resolves with undefined where another holds the lock. */
function holdIfFree(name: string): Promise<Release | undefined> {
  return new Promise((resolve, reject) => {
    const granted = (lock: Lock | null) =>
      lock ? new Promise<void>((release) => resolve(release)) : resolve(undefined);
    navigator.locks.request(name, { ifAvailable: true }, granted).catch(reject);
  });
}
