import type { Asset, SiteConfig } from '../../protocol/site.js';

const asset = (path: string): Asset => ({ path, size: 1, sha256: '0'.repeat(64) });

/** A site's configuration with figures that nothing depends on. */
export const exampleSite = (change: Partial<SiteConfig> = {}): SiteConfig => ({
  release: 'example',
  name: 'Example',
  base: '/',
  port: 80,
  workers: 1,
  php: '8.4',
  argv: ['php'],
  env: {},
  cwd: '/',
  mountPoint: '/site',
  chunks: [],
  firstChunks: 0,
  assets: {
    shell: asset('.portside/shell.js'),
    kernelWorker: asset('.portside/kernel-worker.js'),
    processWorker: asset('.portside/process-worker.js'),
    guest: asset('.portside/guest.wasm'),
    image: asset('.portside/image.bin'),
  },
  webApp: { manifest: asset('manifest.webmanifest'), icons: [asset('.portside/icon.svg')] },
  ...change,
});
