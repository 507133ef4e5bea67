import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PageGroup, pageGroups, pagesRoot } from '../../pages/requests.js';
import { comparePages, differenceReport, type Side } from '../../support/compare.js';
import { httpFetcher } from '../../support/compare-exchange.js';
import { hasNativePhp, type NativePhp, startNativePhp } from '../../support/native-php.js';

const nativeSide = (name: string, { origin, port }: NativePhp): Side => ({
  name,
  fetch: httpFetcher(origin),
  habitat: { host: `127.0.0.1:${port}`, port, root: pagesRoot },
});

/** The measure is worth nothing if it moves: native PHP must equal native PHP on every page. */
describe.skipIf(!hasNativePhp()).each(pageGroups)(
  'native PHP beside itself, $name',
  ({ settings, cases }: PageGroup) => {
    let servers: NativePhp[] = [];
    beforeAll(async () => {
      servers = await Promise.all([1, 2].map(() => startNativePhp({ documentRoot: pagesRoot, settings })));
    });
    afterAll(() => Promise.all(servers.map((server) => server.stop())));

    it.for(cases.map((pageCase) => ({ name: pageCase.name, pageCase })))(
      '$name',
      { timeout: 60_000 },
      async ({ pageCase }) => {
        const [left, right] = servers.map((server, i) => nativeSide(`native ${i + 1}`, server));
        if (!left || !right) throw new Error('The servers did not start.');
        expect(await differenceReport(comparePages([pageCase], left, right))).toBe('');
      },
    );
  },
);
