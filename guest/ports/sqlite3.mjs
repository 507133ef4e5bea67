/** SQLite's shell, with full-text search, R-trees and JSON. */

/** @type {import('../build-ports.d.mts').Recipe} */
export const recipe = {
  name: 'sqlite3',
  version: '3.40.1',
  url: 'http://deb.debian.org/debian/pool/main/s/sqlite3/sqlite3_3.40.1.orig.tar.xz',
  sha256: 'aaa776260ab4dc976db34aa7891819484c8676b5b2783123ebc6301e2ca5d655',
  programs: { '/usr/bin/sqlite3': 'sqlite3.wasm' },
  links: {},
  licence: 'LICENSE.md',
  tools: { tclsh: 'tcl' },
  async build({ portside, run, jobs }) {
    // Extensions are loaded from shared libraries, of which there are none here.
    const without = ['--disable-tcl', '--disable-shared', '--disable-readline', '--disable-load-extension'];
    await portside('configure', './configure', ...without, '--enable-fts5', '--enable-rtree');
    // Its makefile builds a parser generator with the same compiler, and runs it.
    await run('env', 'PORTSIDE_RUNNABLE=1', 'make', jobs, 'sqlite3');
  },
};
