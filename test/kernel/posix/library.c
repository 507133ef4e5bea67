/* What else the C library has: options, conversions, cookies, threads of C11, ends of programs. */
#define _GNU_SOURCE

#include <ctype.h>
#include <fenv.h>
#include <getopt.h>
#include <iconv.h>
#include <inttypes.h>
#include <langinfo.h>
#include <libgen.h>
#include <locale.h>
#include <math.h>
#include <mntent.h>
#include <pthread.h>
#include <search.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <syslog.h>
#include <threads.h>
#include <unistd.h>
#include "tell.h"

static void options(void)
{
	char *argv[] = { "prog", "-a", "-bvalue", "file", "--long", "--with=arg", "-c", "opt", "--", "-x", NULL };
	static const struct option longs[] = { { "long", no_argument, NULL, 'L' }, { "with", required_argument, NULL, 'W' }, { 0 } };
	int c;
	opterr = 0;
	while ((c = getopt_long(10, argv, "ab:c:z", longs, NULL)) != -1) printf("%c(%s) ", c, optarg ? optarg : "");
	for (int i = optind; i < 10; i++) printf("%s ", argv[i]);
	printf("\n");
	char text[] = "ro,size=5", *rest = text, *value;
	char *const tokens[] = { "ro", "size", NULL };
	while (*rest) {
		int n = getsubopt(&rest, tokens, &value);
		printf("%d(%s) ", n, value ? value : "");
	}
	printf("\n");
}

static void conversions(void)
{
	const char *pairs[][2] = { { "UTF-8", "ISO-8859-1" }, { "UTF-8", "UTF-16LE" }, { "ISO-8859-1", "UTF-8" }, { "UTF-16BE", "UTF-8" }, { "none", "UTF-8" }, { "KOI8-R", "UTF-8" } };
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		iconv_t d = iconv_open(pairs[i][1], pairs[i][0]);
		if (d == (iconv_t)-1) { printf("%s: errno %d\n", pairs[i][0], errno); continue; }
		char in[] = "a\xc3\xa9z", out[32], *from = in, *to = out;
		size_t left = 4, room = sizeof out;
		errno = 0;
		size_t r = iconv(d, &from, &left, &to, &room);
		printf("%s %s: %d %d left %zu:", pairs[i][0], pairs[i][1], r == (size_t)-1, r == (size_t)-1 ? errno : 0, left);
		for (char *p = out; p < to; p++) printf(" %02x", (unsigned char)*p);
		printf("\n");
		iconv_close(d);
	}
	printf("%s %s\n", nl_langinfo(RADIXCHAR), nl_langinfo(DAY_1));
	struct lconv *l = localeconv();
	printf("%s|%s\n", l->decimal_point, l->thousands_sep);
	char d[] = "/usr/lib/x.so", b[] = "/usr/lib/x.so";
	printf("%s %s\n", dirname(d), basename(b));
	printf("%jd %ju\n", imaxabs(-5), strtoumax("77", NULL, 8));
}

static ssize_t cookie_write(void *c, const char *b, size_t n) { *(size_t *)c += n; (void)b; return n; }
static ssize_t cookie_read(void *c, char *b, size_t n) { (void)c; if (n > 3) n = 3; memset(b, 'r', n); return n; }
static int cookie_close(void *c) { printf("closed after %zu\n", *(size_t *)c); return 0; }

static void cookies(void)
{
	size_t n = 0;
	FILE *f = fopencookie(&n, "w", (cookie_io_functions_t){ .write = cookie_write, .close = cookie_close });
	fprintf(f, "%s", "twelve bytes");
	fclose(f);
	f = fopencookie(&n, "r", (cookie_io_functions_t){ .read = cookie_read });
	char b[8] = "";
	printf("%zu %s\n", fread(b, 1, 5, f), b);
	fclose(f);
}

static mtx_t mutex;
static cnd_t condition;
static int ready;
static tss_t key;
static once_flag once = ONCE_FLAG_INIT;
static void first(void) { printf("once\n"); }
static void destroyed(void *p) { printf("destroyed %s\n", (char *)p); }
static int work(void *argument)
{
	call_once(&once, first);
	tss_set(key, argument);
	mtx_lock(&mutex);
	while (!ready) cnd_wait(&condition, &mutex);
	mtx_unlock(&mutex);
	return 40 + (int)strlen(argument);
}
static int leaves(void *argument) { thrd_exit(*(int *)argument); }

static void c11(void)
{
	mtx_init(&mutex, mtx_plain);
	cnd_init(&condition);
	tss_create(&key, destroyed);
	call_once(&once, first);
	thrd_t t, u;
	int result, code = 9;
	printf("%d\n", thrd_create(&t, work, "ab") == thrd_success);
	thrd_sleep(&(struct timespec){ 0, 1000000 }, NULL);
	mtx_lock(&mutex);
	ready = 1;
	cnd_broadcast(&condition);
	mtx_unlock(&mutex);
	thrd_join(t, &result);
	printf("%d\n", result);
	thrd_create(&u, leaves, &code);
	thrd_join(u, &result);
	printf("%d %d\n", result, mtx_trylock(&mutex) == thrd_success);
	printf("%d\n", mtx_trylock(&mutex) == thrd_busy);
	mtx_unlock(&mutex);
	mtx_t timed;
	mtx_init(&timed, mtx_timed | mtx_recursive);
	printf("%d %d\n", mtx_lock(&timed) == thrd_success, mtx_lock(&timed) == thrd_success);
	struct timespec past = { 0 };
	mtx_lock(&mutex);
	printf("%d\n", cnd_timedwait(&condition, &mutex, &past) == thrd_timedout);
	printf("%d\n", thrd_equal(thrd_current(), thrd_current()) != 0);
	thrd_yield();
}

static void freed(void *p) { printf("%d ", *(int *)p); }
static int order(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }
static void before(void) { printf("prepare\n"); fflush(stdout); }
static int born;
static void parent(void) { born++; }
static void child(void) { printf("child\n"); fflush(stdout); }
static void last(void) { printf("at exit 1\n"); }
static void earlier(void) { printf("at exit 2\n"); fflush(stdout); }
static void quick(void) { printf("at quick exit\n"); fflush(stdout); }

static void others(void)
{
	void *root = NULL;
	int n[] = { 2, 1, 3 };
	for (int i = 0; i < 3; i++) tsearch(n + i, &root, order);
	tdestroy(root, freed);
	printf("\n");
	struct utsname u;
	printf("%d %s\n", uname(&u), u.sysname);
	printf("%ld %d\n", getauxval(AT_PAGESZ) > 0 ? 1L : 0L, getauxval(9999) == 0);
	openlog("test", LOG_PID, LOG_USER);
	syslog(LOG_INFO, "nobody hears");
	closelog();
	printf("%d\n", setlogmask(0) == 0xff);
	errno = ENOENT;
	perror("perror");
	psignal(SIGUSR1, NULL);
	FILE *mounts = setmntent("/proc/mounts", "r");
	printf("%d\n", mounts != NULL && getmntent(mounts) != NULL);
	if (mounts) endmntent(mounts);
	printf("%d %d\n", fegetround() == FE_TONEAREST, fesetenv(FE_DFL_ENV));
	printf("%g %g %g %g %g\n", fmod(7, 3), remainder(7, 4), hypot(3, 4), cbrt(27), tgamma(5));
	printf("%d %d %d\n", ilogb(8), (int)lround(-2.5), (int)lrint(2.5));
	int e;
	double part = frexp(12, &e);
	printf("%g %d %g\n", part, e, ldexp(0.75, 4));
	printf("%a %a %a\n", nextafter(1, 2), fma(2, 3, 4), copysign(1, -0.0));
	printf("%d %d %d\n", isnan(NAN), isinf(INFINITY), fpclassify(1e-310) == FP_SUBNORMAL);
	pthread_atfork(before, parent, child);
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		at_quick_exit(quick);
		atexit(last);
		quick_exit(3);
	}
	int status;
	waitpid(pid, &status, 0);
	printf("%x %d\n", status, born);
	fflush(stdout);
	pid = fork();
	if (pid == 0) _Exit(4);
	waitpid(pid, &status, 0);
	printf("%x\n", status);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	dup2(1, 2);
	atexit(last);
	atexit(earlier);
	options();
	conversions();
	cookies();
	c11();
	others();
	return 5;
}
