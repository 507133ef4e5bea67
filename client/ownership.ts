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
      /** Resolves when the owner has gone and this page has become the owner. */
      readonly succession: Promise<Ownership>;
    };

/** @throws PortsideError `storage-blocked`: where storage is blocked, locks are too. */
export async function claimKernel(base: string): Promise<Claim> {
  try {
    const release = await hold(kernelLockName(base), { ifAvailable: true });
    if (release) return { role: 'owner', ownership: await beginBoot(base, release) };
  } catch (cause) {
    throw new PortsideError('storage-blocked', undefined, { cause });
  }
  return { role: 'guest', ownerBooted: bootEnded(base), succession: succeed(base) };
}

async function beginBoot(base: string, release: () => void): Promise<Ownership> {
  const booted = (await hold(bootLockName(base), {})) ?? (() => {});
  return {
    booted,
    release() {
      booted();
      release();
    },
  };
}

async function succeed(base: string): Promise<Ownership> {
  const release = await hold(kernelLockName(base), {});
  return beginBoot(base, release ?? (() => {}));
}

const bootEnded = (base: string): Promise<void> =>
  navigator.locks.request(bootLockName(base), { mode: 'shared' }, () => {});

/** Resolves with the function that releases the lock, once it is held; with undefined where it is not available. */
function hold(name: string, options: LockOptions): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(name, options, (lock) => {
        if (!lock) return resolve(undefined);
        return new Promise<void>((release) => resolve(release));
      })
      .catch(reject);
  });
}
