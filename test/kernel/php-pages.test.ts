import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DOCUMENT_ROOT } from '../../cli/pack/guest-layout.js';
import type { PhpChoice } from '../../cli/php/releases.js';
import { type PageGroup, pageGroups, pagesRoot } from '../pages/requests.js';
import { comparePages, differenceReport, type Side } from '../support/compare.js';
import { httpFetcher } from '../support/compare-exchange.js';
import { GUEST_PORT, type GuestPhp, startGuestPhp } from '../support/compare-guest.js';
import { hasNativePhp, type NativePhp, startNativePhp } from '../support/native-php.js';

/** The one that is downloaded, and our own. */
const builds: readonly PhpChoice[] = ['8.2', 'native'];

/** Pages that our own build answers otherwise, and why: what it lacks, and says that it lacks. */
const OTHERWISE: ReadonlyMap<string, string> = new Map([
  ['buffering', 'a chunk of output is sent as 8.2.32 sends it, and not as later releases do'],
  ['gzip by PHP', 'as for buffering'],
  ['text', 'the C library has no //IGNORE for iconv'],
  ['hashes', 'there is no openssl'],
  ['images', 'there is no gd'],
  ...['png', 'gif', 'jpeg', 'webp'].map((format) => [`image as ${format}`, 'there is no gd'] as const),
  ['archives', 'there is no zip'],
  ['environment', 'it tells which extensions there are'],
  ['settings', 'it tells the settings of extensions that there are not'],
]);

/** The same pages, asked of native PHP and of the guest on the kernel: the answers are the same but for what the list names. */
describe.skipIf(!hasNativePhp()).each(builds.flatMap((php) => pageGroups.map((group) => ({ php, ...group }))))(
  'a guest of PHP $php beside native PHP, $name',
  ({ php, settings, cases }: PageGroup & { php: PhpChoice }) => {
    let native: NativePhp;
    let guest: GuestPhp;
    beforeAll(async () => {
      native = await startNativePhp({ documentRoot: pagesRoot, settings });
      guest = await startGuestPhp({ documentRoot: pagesRoot, settings, php });
    });
    // A page that hangs keeps its server: what comes after it gets a new one.
    afterEach(async ({ task }) => {
      if (task.result?.state !== 'fail') return;
      await guest.stop();
      guest = await startGuestPhp({ documentRoot: pagesRoot, settings, php });
    });
    afterAll(async () => {
      await native.stop();
      await guest.stop();
    });

    const same = cases.filter(({ name }) => php !== 'native' || !OTHERWISE.has(name));
    it.for(same.map((pageCase) => ({ name: pageCase.name, pageCase })))(
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
