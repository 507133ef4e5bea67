import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DOCUMENT_ROOT } from '../../cli/pack/guest-layout.js';
import { type PageGroup, pageGroups, pagesRoot } from '../pages/requests.js';
import { comparePages, differenceReport, type Side } from '../support/compare.js';
import { httpFetcher } from '../support/compare-exchange.js';
import { GUEST_PORT, type GuestPhp, startGuestPhp } from '../support/compare-guest.js';
import { hasNativePhp, type NativePhp, startNativePhp } from '../support/native-php.js';

/** The same pages, asked of native PHP and of the guest on the kernel: the answers are the same but for what the list names. */
describe.skipIf(!hasNativePhp()).each(pageGroups)(
  'a guest beside native PHP, $name',
  ({ settings, cases }: PageGroup) => {
    let native: NativePhp;
    let guest: GuestPhp;
    beforeAll(async () => {
      native = await startNativePhp({ documentRoot: pagesRoot, settings });
      guest = await startGuestPhp({ documentRoot: pagesRoot, settings });
    });
    // A page that hangs keeps its server: what comes after it gets a new one.
    afterEach(async ({ task }) => {
      if (task.result?.state !== 'fail') return;
      await guest.stop();
      guest = await startGuestPhp({ documentRoot: pagesRoot, settings });
    });
    afterAll(async () => {
      await native.stop();
      await guest.stop();
    });

    it.for(cases.map((pageCase) => ({ name: pageCase.name, pageCase })))(
      '$name',
      { timeout: 20_000 },
      async ({ pageCase }) => {
        const left: Side = {
          name: 'native',
          fetch: httpFetcher(native.origin),
          habitat: { host: `127.0.0.1:${native.port}`, port: native.port, root: pagesRoot },
        };
        const right: Side = {
          name: 'guest',
          fetch: httpFetcher(guest.origin),
          habitat: { host: `127.0.0.1:${guest.port}`, port: GUEST_PORT, root: DOCUMENT_ROOT },
        };
        expect(await differenceReport(comparePages([pageCase], left, right))).toBe('');
      },
    );
  },
);
