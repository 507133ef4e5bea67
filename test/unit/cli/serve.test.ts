import { createServer } from 'node:http';
import { describe, expect, test } from 'vitest';
import { listen, serve } from '../../../cli/serve.js';
import { scratchFolder, writeFiles } from './scratch.js';

const options = {
  port: 0,
  host: '127.0.0.1',
  packSettingsGiven: false,
  php: '8.4',
  workers: 2,
  base: '/',
  build: '',
  guest: '',
} as const;

describe('a packed folder', () => {
  test.each([
    ['that is not JSON', '{'],
    ['without a base', '{}'],
    ['with a base that is no path', '{"base":"elsewhere"}'],
  ])('is refused with a description %s', async (_, text) => {
    const folder = await scratchFolder();
    await writeFiles(folder, { '.portside/site.json': text });
    await expect(serve(folder, options)).rejects.toMatchObject({ code: 'site-damaged' });
  });

  test('takes no options for packing', async () => {
    const folder = await scratchFolder();
    await writeFiles(folder, { '.portside/site.json': '{"base":"/"}' });
    await expect(serve(folder, { ...options, packSettingsGiven: true })).rejects.toMatchObject({
      code: 'already-packed',
    });
  });
});

test('a port that is taken, and an address that is not of this machine, are told apart', async () => {
  const [first, second] = [createServer(), createServer()];
  const port = await listen(first, '127.0.0.1', 0);
  await expect(listen(second, '127.0.0.1', port)).rejects.toMatchObject({ code: 'port-in-use' });
  // RFC 5737: an address for documentation, which no machine has.
  await expect(listen(second, '192.0.2.1', 0)).rejects.toMatchObject({ code: 'listen-failed' });
  first.close();
});
