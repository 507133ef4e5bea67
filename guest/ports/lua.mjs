/** Lua, its interpreter and its compiler. */

/** @type {import('../build-ports.d.mts').Recipe} */
export const recipe = {
  name: 'lua',
  version: '5.4.4',
  url: 'http://deb.debian.org/debian/pool/main/l/lua5.4/lua5.4_5.4.4.orig.tar.gz',
  sha256: '164c7849653b80ae67bec4b7473b884bf5cc8d2dca05653475ec2ed27b9ebf61',
  programs: { '/usr/bin/lua': 'src/lua', '/usr/bin/luac': 'src/luac' },
  links: {},
  licence: 'doc/readme.html',
  async build({ run, cc, ar, ranlib, jobs }) {
    const tools = [`CC=${cc}`, `AR=${ar} rcu`, `RANLIB=${ranlib}`];
    await run('make', '-C', 'src', jobs, ...tools, 'MYCFLAGS=-DLUA_USE_POSIX', 'lua', 'luac');
  },
};
