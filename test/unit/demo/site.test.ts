import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { httpFetcher } from '../../support/compare-exchange.js';
import { visitHarbour } from '../../support/harbour.js';
import { hasNativePhp, type NativePhp, startNativePhp } from '../../support/native-php.js';

describe.skipIf(!hasNativePhp())('the demo site on native PHP', () => {
  let data: string;
  let server: NativePhp;
  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'harbour-'));
    const documentRoot = fileURLToPath(new URL('../../../demo/site', import.meta.url));
    // Its pages count requests in the directory of temporary files, which is PHP's, not the site's, to choose.
    server = await startNativePhp({ documentRoot, settings: [`sys_temp_dir=${data}`], env: { HARBOUR_DATA: data } });
  });
  afterAll(async () => {
    await server.stop();
    await rm(data, { recursive: true });
  });

  it('does all that it offers, and refuses what it should', async ({ expect }) => {
    await visitHarbour(httpFetcher(server.origin), server.origin);
    expect(server.log()).not.toMatch(/PHP (Warning|Notice|Deprecated|Fatal)/);
  });
});
