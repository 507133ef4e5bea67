import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { siteIcons } from '../../../cli/pack/web-app/icons.js';
import { manifestText } from '../../../cli/pack/web-app/manifest.js';
import { encodePng, pngSize } from '../../../cli/pack/web-app/png.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portside-icons-'));
});
afterEach(() => rm(folder, { recursive: true }));

const square = (size: number): Buffer => encodePng(size, () => [1, 2, 3, 255]);
const asset = { path: '.portside/icon.0123456789abcdef.svg', size: 1, sha256: '' };

describe('the icons of a site', () => {
  test('are drawn where it has none, in the sizes that browsers ask for', async () => {
    const icons = await siteIcons(folder, undefined);
    expect(icons.map(({ sizes, purpose }) => `${sizes} ${purpose}`)).toEqual([
      '192x192 any',
      '512x512 any',
      '512x512 maskable',
    ]);
    for (const { sizes, bytes } of icons) expect(`${pngSize(bytes)?.width}x${pngSize(bytes)?.height}`).toBe(sizes);
  });

  test('are its own where one is large enough, square, and of a customary name', async () => {
    await writeFile(join(folder, 'favicon.png'), square(32));
    expect((await siteIcons(folder, undefined))[0]?.sizes).toBe('192x192');
    await writeFile(join(folder, 'apple-touch-icon.png'), square(180));
    expect((await siteIcons(folder, undefined))[0]?.sizes).toBe('180x180');
    await writeFile(join(folder, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    expect((await siteIcons(folder, undefined)).map(({ sizes, purpose }) => `${sizes} ${purpose}`)).toEqual([
      'any any',
      'any maskable',
    ]);
  });

  test('are the one that is named, or an error says why not', async () => {
    await mkdir(join(folder, 'art'));
    await writeFile(join(folder, 'art/mark.png'), square(144));
    expect((await siteIcons(folder, 'art/mark.png'))[0]?.sizes).toBe('144x144');
    await writeFile(join(folder, 'small.png'), square(143));
    for (const name of ['small.png', 'none.svg', 'art'])
      await expect(siteIcons(folder, name)).rejects.toMatchObject({ code: 'icon-unusable' });
  });
});

test('a picture is what was asked for, pixel by pixel', () => {
  const png = encodePng(3, (x, y) => [x, y, 7, 255]);
  const data = png.subarray(png.indexOf('IDAT') + 4);
  const rows = inflateSync(data);
  expect([...rows]).toEqual([0, 1, 2].flatMap((y) => [0, ...[0, 1, 2].flatMap((x) => [x, y, 7, 255])]));
});

test('the manifest leads to the site alone, and shortens its name by whole words', () => {
  const [icon] = [
    { name: 'i', extension: 'svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any', bytes: Buffer.of() },
  ] as const;
  const manifest = JSON.parse(manifestText('The old harbour office', '/harbour/', [{ icon, asset }]));
  expect(manifest).toMatchObject({
    id: '/harbour/',
    name: 'The old harbour office',
    short_name: 'The old',
    start_url: '/harbour/',
    scope: '/harbour/',
    display: 'standalone',
    icons: [
      { src: '/harbour/.portside/icon.0123456789abcdef.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' },
    ],
  });
});
