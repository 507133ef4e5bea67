/** The Debian Almquist shell: what a machine has at /bin/sh. */

/** @type {import('../build-ports.d.mts').Recipe} */
export const recipe = {
  name: 'dash',
  version: '0.5.12',
  url: 'http://deb.debian.org/debian/pool/main/d/dash/dash_0.5.12.orig.tar.gz',
  sha256: '6a474ac46e8b0b32916c4c60df694c82058d3297d8b385b74508030ca4a8f28a',
  programs: { '/bin/dash': 'src/dash.wasm' },
  links: { '/bin/sh': 'dash' },
  licence: 'COPYING',
  async build({ portside, run, jobs }) {
    await portside('configure', './configure');
    // Its makefile builds generators with the same compiler, and runs them.
    await run('env', 'PORTSIDE_RUNNABLE=1', 'make', jobs);
  },
};
