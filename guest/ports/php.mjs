/**
 * PHP's command line and its own web server, with what most sites use. Integers have 64 bits, as on x86-64 with pointers of 32 (x32).
 * Without fibers, opcache, JIT and extensions that call other programs or networks; without fileinfo, whose table of types is
 * a seventh of the whole.
 */

/** @type {import('../build-ports.d.mts').Recipe} */
export const recipe = {
  name: 'php',
  version: '8.2.32',
  url: 'http://deb.debian.org/debian/pool/main/p/php8.2/php8.2_8.2.32.orig.tar.xz',
  sha256: 'e02aa173c236c12791696254d607da680e6d5516f8f5c2339642de7c4f944bd2',
  programs: { '/usr/bin/php': 'sapi/cli/php' },
  links: {},
  licence: 'LICENSE',
  tools: { tclsh: 'tcl', bzip2: 'bzip2', patch: 'patch' },
  libraries: {
    zlib: {
      version: '1.2.13',
      url: 'http://deb.debian.org/debian/pool/main/z/zlib/zlib_1.2.13.dfsg.orig.tar.bz2',
      sha256: '71feb7947e3c00ef125f83b79a4e529bde31171e5babe48b391f06758d1ab0a1',
      licence: 'README',
    },
    libxml2: {
      version: '2.9.14',
      url: 'http://deb.debian.org/debian/pool/main/libx/libxml2/libxml2_2.9.14+dfsg.orig.tar.xz',
      sha256: '4fe913dec8b1ab89d13b489b419a8203176ea39e931eaa0d25b17eafb9c279e9',
      licence: 'Copyright',
    },
    sqlite3: {
      version: '3.40.1',
      url: 'http://deb.debian.org/debian/pool/main/s/sqlite3/sqlite3_3.40.1.orig.tar.xz',
      sha256: 'aaa776260ab4dc976db34aa7891819484c8676b5b2783123ebc6301e2ca5d655',
      licence: 'LICENSE.md',
    },
  },
  async build({ portside, run, in: within, prefix, cc, ar, ranlib, jobs }) {
    const zlib = within('zlib');
    const tools = [`CC=${cc}`, `AR=${ar}`, `RANLIB=${ranlib}`, 'CFLAGS=-O2'];
    await zlib.run('env', ...tools, './configure', '--static', `--prefix=${prefix}`);
    await zlib.run('make', jobs, 'libz.a');
    await zlib.run('sh', '-c', `cp libz.a ${prefix}/lib && cp zlib.h zconf.h ${prefix}/include`);

    const sqlite = within('sqlite3');
    await sqlite.run('./configure', '--disable-tcl');
    await sqlite.run('make', 'sqlite3.c', 'sqlite3.h');
    const features = ['FTS5', 'RTREE', 'COLUMN_METADATA'].map((feature) => `-DSQLITE_ENABLE_${feature}`);
    const plain = ['-DSQLITE_OMIT_LOAD_EXTENSION', '-DSQLITE_THREADSAFE=0'];
    await sqlite.portside('cc', '-O2', ...features, ...plain, '-c', 'sqlite3.c', '-o', 'sqlite3.o');
    await sqlite.portside('ar', 'rcs', `${prefix}/lib/libsqlite3.a`, 'sqlite3.o');
    await sqlite.run('cp', 'sqlite3.h', `${prefix}/include`);

    const xml = within('libxml2');
    // What it was generated from is newer in the archive, and would have it generated again.
    await xml.run('touch', 'aclocal.m4');
    await xml.run('touch', 'configure', 'config.h.in', 'Makefile.in');
    const without = ['python', 'lzma', 'zlib', 'iconv', 'http', 'ftp', 'threads', 'modules', 'debug'];
    await xml.portside(
      'configure',
      './configure',
      ...['--disable-shared', '--enable-static', `--prefix=${prefix}`],
      ...without.map((what) => `--without-${what}`),
    );
    await xml.run('make', jobs, 'libxml2.la');
    await xml.run('sh', '-c', `cp .libs/libxml2.a ${prefix}/lib && cp -r include/libxml ${prefix}/include`);

    const library = (name, flag) => [`${name}_CFLAGS=-I${prefix}/include`, `${name}_LIBS=-L${prefix}/lib ${flag}`];
    const settings = [
      'CFLAGS=-O2 -g0 -DZEND_ENABLE_ZVAL_LONG64=1',
      ...library('SQLITE', '-lsqlite3'),
      ...library('LIBXML', '-lxml2'),
      ...library('ZLIB', '-lz'),
    ];
    await portside(
      'configure',
      './configure',
      ...settings,
      ...['--prefix=/usr', '--disable-shared', '--enable-static', '--disable-cgi', '--disable-phpdbg'],
      ...['--disable-fiber-asm', '--without-pcre-jit', '--disable-zend-signals', '--disable-opcache'],
      ...['--with-iconv', '--enable-phar', '--enable-mbstring', '--disable-mbregex', '--disable-fileinfo'],
      ...['--with-sqlite3', '--with-pdo-sqlite', '--with-libxml', '--with-zlib', '--enable-bcmath'],
      ...['--enable-sockets', '--enable-calendar', '--enable-exif'],
    );
    // By -XCClinker, as libtool keeps flags that it does not know to itself. What calls fork is served otherwise (php.patch).
    await run('make', jobs, 'sapi/cli/php', `EXTRA_LDFLAGS_PROGRAM=-L${prefix}/lib -XCClinker -fno-fork`);
  },
};
