import { workerLockName } from '../../protocol/site.js';

let life: Promise<string> | undefined;

/**
 * The name of this life of the worker, once it holds the Web Lock of that name: by it the kernel learns of the worker's end, which
 * no event tells. Chromium stops a worker that is idle though it holds a lock.
 */
export function nameOfLife(): Promise<string> {
  life ??= begin(crypto.randomUUID());
  return life;
}

function begin(name: string): Promise<string> {
  return new Promise((resolve) => {
    const forEver = new Promise<never>(() => {});
    const held = (): Promise<never> => {
      resolve(name);
      return forEver;
    };
    // Without a lock, where storage is blocked, the kernel takes the worker for dead when its successor says hello.
    navigator.locks.request(workerLockName(name), held).catch(() => resolve(name));
  });
}
