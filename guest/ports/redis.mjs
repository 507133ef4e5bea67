/** Redis: a server of data structures, and its client. */

/** @type {import('../build-ports.d.mts').Recipe} */
export const recipe = {
  name: 'redis',
  version: '7.0.15',
  url: 'http://deb.debian.org/debian/pool/main/r/redis/redis_7.0.15.orig.tar.gz',
  sha256: '4b1dc4ee6d622a09fff9c6777191209750fb5e5a725ef78ea012d6eef4c22982',
  programs: {
    '/usr/bin/redis-server': 'src/redis-server',
    '/usr/bin/redis-cli': 'src/redis-cli',
    '/usr/bin/redis-benchmark': 'src/redis-benchmark',
  },
  links: {},
  licence: 'COPYING',
  async build({ run, cc, ar, ranlib, jobs }) {
    const tools = [`CC=${cc}`, `AR=${ar}`, `RANLIB=${ranlib}`];
    // jemalloc asks for memory in ways that musl's own allocator does not need.
    const settings = ['MALLOC=libc', 'uname_S=Linux', 'uname_M=wasm32', 'OPTIMIZATION=-O2', 'DEBUG='];
    await run('make', '-C', 'src', jobs, 'redis-server', 'redis-cli', 'redis-benchmark', ...tools, ...settings);
  },
};
