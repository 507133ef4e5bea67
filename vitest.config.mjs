import { defineConfig } from 'vitest/config';

/**
 * A browser and worker threads on a machine that others use can lose a race that is not ours. In CI what failed is tried once
 * more; the report says so. At a desk it fails at once.
 */
const retry = process.env.CI ? 1 : 0;

export default defineConfig({
  test: {
    /** Playwright 1.65 looks for the frame of events that come from a process after it has crashed, and nobody hears it fail. */
    onUnhandledError: (error) => !/CRPage\._sessionForFrame/.test(error.stack ?? ''),
    projects: [
      /** Pure parts: no worker, no browser, no guest. */
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          environment: 'node',
          testTimeout: 60_000,
          hookTimeout: 60_000,
          retry,
        },
      },
      /** The kernel under Node with real wasm guests in worker threads; needs `npm run build`. */
      {
        test: {
          name: 'kernel',
          include: ['test/kernel/**/*.test.ts'],
          environment: 'node',
          testTimeout: 60_000,
          hookTimeout: 120_000,
          retry,
          fileParallelism: false,
        },
      },
      /** Another suite than ours, of programs in C; needs `npm run build`. */
      {
        test: {
          name: 'conformance',
          include: ['test/conformance/**/*.test.ts'],
          environment: 'node',
          testTimeout: 300_000,
          hookTimeout: 900_000,
          // Two processors, and cases that sleep.
          maxConcurrency: 3,
          // After all others, whose browsers would wait for it.
          sequence: { groupOrder: 1 },
          fileParallelism: false,
        },
      },
      /** A real Chromium on a packed folder; needs `npm run build`. */
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          environment: 'node',
          testTimeout: 120_000,
          hookTimeout: 240_000,
          retry,
          fileParallelism: false,
        },
      },
    ],
  },
});
