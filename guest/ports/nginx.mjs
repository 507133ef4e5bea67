/** nginx: a web server and proxy, without PCRE (rewrites, locations by expression), zlib and OpenSSL. */

/** @type {import('../build-ports.d.mts').Recipe} */
export const recipe = {
  name: 'nginx',
  version: '1.22.1',
  url: 'http://deb.debian.org/debian/pool/main/n/nginx/nginx_1.22.1.orig.tar.gz',
  sha256: '9ebb333a9e82b952acd3e2b4aeb1d4ff6406f72491bab6cd9fe69f0dea737f31',
  programs: { '/usr/sbin/nginx': 'objs/nginx' },
  links: {},
  licence: 'LICENSE',
  async build({ portside, run, jobs }) {
    const temporary = ['client-body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (what) => `--http-${what}-temp-path=/tmp/nginx-${what}`,
    );
    await portside(
      'configure',
      './configure',
      '--crossbuild=Linux::wasm32',
      // musl's CMSG_NXTHDR compares numbers of two kinds, which -Werror makes an error of.
      '--with-cc-opt=-O2 -g0 -Wno-error',
      ...['--prefix=/usr/share/nginx', '--conf-path=/etc/nginx/nginx.conf', '--pid-path=/run/nginx.pid'],
      ...['--error-log-path=stderr', '--http-log-path=/dev/stdout', '--lock-path=/run/nginx.lock'],
      ...temporary,
      ...['--without-http_rewrite_module', '--without-http_gzip_module'],
      ...['--with-threads', '--with-stream', '--with-http_stub_status_module'],
    );
    await run('make', jobs);
  },
};
