/* Bytes between pipes and files without the program (splice, tee, vmsplice), descriptors by ranges, several messages a call. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "tell.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

static int a[2], b[2];
static char buffer[200000];

static void look(const char *what, int fd)
{
	memset(buffer, 0, sizeof buffer);
	long n = read(fd, buffer, 100);
	printf("%s: %ld \"%.60s\"\n", what, n, n > 0 ? buffer : "");
}

static void pipes(void)
{
	TELL(write(a[1], "one two three", 13));
	TELL(tee(a[0], b[1], 7, 0));
	look("teed", b[0]);
	TELL(splice(a[0], NULL, b[1], NULL, 4, 0));
	look("spliced", b[0]);
	look("left", a[0]);
	TELL(splice(a[0], NULL, b[1], NULL, 4, SPLICE_F_NONBLOCK));
	TELL(tee(a[0], b[1], 4, SPLICE_F_NONBLOCK));
	TELL(splice(a[0], NULL, a[1], NULL, 4, 0));
	TELL(tee(a[0], a[1], 4, 0));
	TELL(splice(a[0], NULL, b[1], NULL, 4, 64));
	TELL(splice(a[1], NULL, b[1], NULL, 4, 0));
	TELL(splice(-1, NULL, b[1], NULL, 4, 0));
	TELL(splice(a[0], NULL, b[1], NULL, 0, 0));
	struct iovec v[2] = { { "from ", 5 }, { "memory", 6 } };
	TELL(vmsplice(a[1], v, 2, 0));
	look("vmspliced", a[0]);
	TELL(vmsplice(0, v, 2, 0));
}

static void files(void)
{
	char name[] = "/tmp/splicing-XXXXXX", other[] = "/tmp/splicing-XXXXXX";
	int in = mkstemp(name), out = mkstemp(other);
	TELL(write(in, "0123456789abcdef", 16));
	off_t at = 4;
	TELL(splice(in, &at, a[1], NULL, 6, 0));
	printf("%lld %lld\n", (long long)at, (long long)lseek(in, 0, SEEK_CUR));
	lseek(in, 2, SEEK_SET);
	TELL(splice(in, NULL, a[1], NULL, 3, 0));
	printf("%lld\n", (long long)lseek(in, 0, SEEK_CUR));
	at = 10;
	TELL(splice(a[0], NULL, out, &at, 5, 0));
	printf("%lld %lld\n", (long long)at, (long long)lseek(out, 0, SEEK_CUR));
	TELL(splice(a[0], NULL, out, NULL, 100, 0));
	printf("%lld\n", (long long)lseek(out, 0, SEEK_CUR));
	TELL(pread(out, buffer, 20, 0));
	TELL(memcmp(buffer, "9234", 4));
	TELL(memcmp(buffer + 10, "45678", 5));
	TELL(splice(in, &at, out, NULL, 4, 0));
	off_t bad = 0;
	TELL(splice(a[0], &bad, out, NULL, 4, 0));
	TELL(splice(in, NULL, b[1], &bad, 4, 0));
	lseek(in, 100, SEEK_SET);
	TELL(splice(in, NULL, a[1], NULL, 4, 0));
	int append = open(other, O_WRONLY | O_APPEND);
	TELL(splice(a[0], NULL, append, NULL, 4, 0));
	int s[2];
	socketpair(AF_UNIX, SOCK_STREAM, 0, s);
	TELL(write(s[0], "through a socket", 16));
	TELL(splice(s[1], NULL, a[1], NULL, 100, 0));
	TELL(splice(a[0], NULL, s[1], NULL, 7, 0));
	look("socket", s[0]);
	look("pipe", a[0]);
	unlink(name);
	unlink(other);
}

/* More than fits, between processes. */
static void waiting(void)
{
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		close(a[0]);
		for (int i = 0; i < 20; i++) {
			memset(buffer, 'a' + i, 10000);
			if (write(a[1], buffer, 10000) != 10000) _exit(1);
		}
		_exit(0);
	}
	close(a[1]);
	pid_t second = fork();
	if (second == 0) {
		close(b[1]);
		long total = 0, sum = 0, n;
		while ((n = read(b[0], buffer, 3000)) > 0) {
			for (long i = 0; i < n; i++) sum += buffer[i];
			total += n;
		}
		printf("%ld bytes, %ld\n", total, sum);
		fflush(stdout);
		_exit(0);
	}
	close(b[0]);
	long total = 0, n;
	while ((n = splice(a[0], NULL, b[1], NULL, 50000, 0)) > 0) total += n;
	printf("spliced %ld, then %ld\n", total, n);
	fflush(stdout);
	close(b[1]);
	close(a[0]);
	int status;
	while (wait(&status) > 0) printf("%x\n", status);
}

static void closed(void)
{
	signal(SIGPIPE, SIG_IGN);
	int c[2], d[2];
	pipe(c);
	pipe(d);
	write(c[1], "x", 1);
	close(d[0]);
	TELL(splice(c[0], NULL, d[1], NULL, 1, 0));
	TELL(tee(c[0], d[1], 1, 0));
	close(c[1]);
	look("still there", c[0]);
	int e[2];
	pipe(e);
	TELL(splice(c[0], NULL, e[1], NULL, 1, 0));
	for (int i = 0; i < 2; i++) close(i == 0 ? e[0] : e[1]);
	close(c[0]);
	close(d[1]);
}

static void ranges(void)
{
	int first = dup(0);
	for (int i = 0; i < 5; i++) dup(0);
	TELL(syscall(SYS_close_range, first + 1, first + 2, 0));
	for (int i = 0; i < 6; i++) printf("%d", fcntl(first + i, F_GETFD));
	printf("\n");
	TELL(syscall(SYS_close_range, first + 3, ~0U, 4));
	for (int i = 0; i < 6; i++) printf("%d", fcntl(first + i, F_GETFD));
	printf("\n");
	TELL(syscall(SYS_close_range, 9, 8, 0));
	TELL(syscall(SYS_close_range, 100, 200, 32));
	TELL(syscall(SYS_close_range, first, ~0U, 0));
	for (int i = 0; i < 6; i++) printf("%d", fcntl(first + i, F_GETFD));
	printf("\n");
}

static void messages(void)
{
	int s[2];
	socketpair(AF_UNIX, SOCK_DGRAM, 0, s);
	struct iovec v[4] = { { "first", 5 }, { "second!", 7 }, { "", 0 }, { "third", 5 } };
	struct mmsghdr m[4];
	memset(m, 0, sizeof m);
	for (int i = 0; i < 4; i++) m[i].msg_hdr.msg_iov = v + i, m[i].msg_hdr.msg_iovlen = 1;
	TELL(sendmmsg(s[0], m, 4, 0));
	for (int i = 0; i < 4; i++) printf("%u ", m[i].msg_len);
	printf("\n");
	char in[6][16];
	struct iovec w[6];
	struct mmsghdr r[6];
	memset(r, 0, sizeof r);
	memset(in, 0, sizeof in);
	for (int i = 0; i < 6; i++) w[i] = (struct iovec){ in[i], 15 }, r[i].msg_hdr.msg_iov = w + i, r[i].msg_hdr.msg_iovlen = 1;
	TELL(recvmmsg(s[1], r, 2, 0, NULL));
	TELL(recvmmsg(s[1], r + 2, 4, MSG_WAITFORONE, NULL));
	for (int i = 0; i < 4; i++) printf("%u %s\n", r[i].msg_len, in[i]);
	TELL(recvmmsg(s[1], r, 4, MSG_DONTWAIT, NULL));
	TELL(recvmmsg(s[1], r, 0, 0, NULL));
	struct timespec bad = { 0, 2000000000 };
	TELL(recvmmsg(s[1], r, 1, 0, &bad));
	TELL(sendmmsg(-1, m, 1, 0));
	/* All that it waits for, one after another. */
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		for (int i = 0; i < 3; i++) {
			nanosleep(&(struct timespec){ 0, 20000000 }, NULL);
			send(s[0], "later", i + 1, 0);
		}
		_exit(0);
	}
	TELL(recvmmsg(s[1], r, 3, 0, NULL));
	for (int i = 0; i < 3; i++) printf("%u ", r[i].msg_len);
	printf("\n");
	waitpid(child, NULL, 0);
	close(s[1]);
	TELL(sendmmsg(s[0], m, 2, 0));
}

static void limits(void)
{
	char name[] = "/tmp/splicing-XXXXXX";
	int fd = mkstemp(name), p[2];
	unlink(name);
	pipe(p);
	signal(SIGXFSZ, SIG_IGN);
	struct rlimit before, few = { 10, 10 };
	getrlimit(RLIMIT_FSIZE, &before);
	few.rlim_max = before.rlim_max;
	setrlimit(RLIMIT_FSIZE, &few);
	TELL(write(p[1], "more than ten bytes", 19));
	TELL(splice(p[0], NULL, fd, NULL, 19, 0));
	TELL(splice(p[0], NULL, fd, NULL, 19, 0));
	TELL(lseek(fd, 0, SEEK_CUR));
	setrlimit(RLIMIT_FSIZE, &before);
	TELL(splice(p[0], NULL, fd, NULL, 19, 0));
	TELL(lseek(fd, 0, SEEK_CUR));
	/* Without waiting. */
	char in[16];
	struct iovec v = { in, sizeof in };
	TELL(vmsplice(p[0], &v, 1, SPLICE_F_NONBLOCK));
	fcntl(p[1], F_SETFL, O_NONBLOCK);
	static char page[4096];
	while (write(p[1], page, sizeof page) > 0);
	fcntl(p[1], F_SETFL, 0);
	TELL(vmsplice(p[1], &v, 1, SPLICE_F_NONBLOCK));
	TELL(vmsplice(p[0], &v, 1, SPLICE_F_NONBLOCK));
	close(fd), close(p[0]), close(p[1]);
}

int main(void)
{
	limits();
	pipe(a);
	pipe(b);
	pipes();
	files();
	closed();
	ranges();
	pipe(a);
	pipe(b);
	messages();
	waiting();
	return 0;
}
