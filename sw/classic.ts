/**
 * The same library for a classic worker: `importScripts` of the file that it is built to leaves it in the global `portside`.
 * For its type, `import type {} from 'portside/sw/classic'`.
 */
import type * as library from './index.js';

export * from './index.js';

declare global {
  // A script's `var`, as the build makes it.
  var portside: typeof library;
}
