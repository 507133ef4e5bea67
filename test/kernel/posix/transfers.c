/* Bytes between descriptors, files without names, reads and writes of several parts at an offset. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define TELL(call) do { errno = 0; long r = (call); printf("%s: %ld %d\n", #call, r, errno); } while (0)

static char name[] = "/tmp/transfers-XXXXXX", other[] = "/tmp/transfers-XXXXXX", buffer[300000];
static int in, out, ends[2], pair[2];

static long position(int fd) { return lseek(fd, 0, SEEK_CUR); }

static void parts(void)
{
	struct iovec v[3] = { { buffer, 3 }, { buffer + 10, 0 }, { buffer + 20, 4 } };
	TELL(preadv(in, v, 3, 2));
	printf("%.3s %.4s at %ld\n", buffer, buffer + 20, position(in));
	TELL(pwritev(out, v, 3, 100));
	TELL(position(out));
	TELL(pread(out, buffer + 50, 10, 98));
	printf("%d %.7s\n", buffer[50], buffer + 52);
	TELL(preadv(in, v, 3, -1));
	TELL(preadv(ends[0], v, 3, 0));
	TELL(preadv(in, v, -1, 0));
	TELL(pwritev(in, v, 1, 1L << 30));
	TELL(preadv(in, v, 2, 1000000));
}

static void sending(void)
{
	off_t at = 5;
	lseek(in, 0, SEEK_SET);
	lseek(out, 0, SEEK_SET);
	TELL(sendfile(out, in, NULL, 10));
	printf("%ld %ld\n", position(in), position(out));
	TELL(sendfile(out, in, &at, 20));
	printf("%ld %ld %ld\n", (long)at, position(in), position(out));
	TELL(sendfile(pair[0], in, &at, 10));
	TELL(read(pair[1], buffer, 100));
	printf("%.10s\n", buffer);
	at = 250000;
	TELL(sendfile(ends[1], in, &at, 100));
	TELL(sendfile(out, ends[0], NULL, 10));
	TELL(sendfile(ends[0], in, NULL, 10));
	TELL(sendfile(out, -1, NULL, 10));
	at = -1;
	TELL(sendfile(out, in, &at, 10));
	fcntl(out, F_SETFL, O_APPEND);
	at = 0;
	TELL(sendfile(out, in, &at, 10));
	fcntl(out, F_SETFL, 0);
	/* More than a pipe holds, to a reader. */
	at = 0;
	if (!fork()) {
		long sum = 0, got;
		close(ends[1]);
		while ((got = read(ends[0], buffer, sizeof buffer)) > 0) sum += got;
		printf("read %ld\n", sum);
		exit(0);
	}
	close(ends[0]);
	long sent = 0, got;
	while ((got = sendfile(ends[1], in, &at, 1000000)) > 0) sent += got;
	close(ends[1]);
	wait(NULL);
	printf("sent %ld, at %ld\n", sent, (long)at);
}

static void copying(void)
{
	off_t from = 10, to = 1000;
	lseek(in, 3, SEEK_SET);
	ftruncate(out, 0);
	lseek(out, 0, SEEK_SET);
	TELL(copy_file_range(in, &from, out, &to, 50, 0));
	printf("%ld %ld %ld %ld\n", (long)from, (long)to, position(in), position(out));
	TELL(copy_file_range(in, NULL, out, NULL, 7, 0));
	printf("%ld %ld\n", position(in), position(out));
	TELL(lseek(out, 0, SEEK_END));
	from = 199990;
	TELL(copy_file_range(in, &from, out, NULL, 50, 0));
	TELL(copy_file_range(in, &from, out, NULL, 50, 0));
	TELL(copy_file_range(in, NULL, out, NULL, 7, 1));
	TELL(copy_file_range(in, NULL, pair[0], NULL, 7, 0));
	from = 0, to = 10;
	TELL(copy_file_range(out, &from, out, &to, 20, 0));
	to = 20;
	TELL(copy_file_range(out, &from, out, &to, 20, 0));
	int folder = open("/tmp", O_RDONLY | O_DIRECTORY);
	TELL(copy_file_range(folder, NULL, out, NULL, 20, 0));
	int only = open(name, O_RDONLY);
	TELL(copy_file_range(out, NULL, only, NULL, 20, 0));
}

static void unnamed(void)
{
	struct stat s;
	int fd = open("/tmp", O_TMPFILE | O_RDWR, 0640);
	fstat(fd, &s);
	printf("%o %d %ld\n", s.st_mode, (int)s.st_nlink, (long)s.st_size);
	TELL(write(fd, "unnamed", 7));
	TELL(pread(fd, buffer, 10, 2));
	TELL(open("/tmp", O_TMPFILE | O_RDONLY, 0600));
	TELL(open(name, O_TMPFILE | O_RDWR, 0600));
	TELL(open("/tmp/none", O_TMPFILE | O_RDWR, 0600));
	fd = memfd_create("memory", MFD_CLOEXEC);
	TELL(fcntl(fd, F_GETFD));
	TELL(ftruncate(fd, 8192));
	int *shared = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (!fork()) {
		shared[5] = 42;
		_exit(0);
	}
	wait(NULL);
	TELL(shared[5]);
	TELL(pread(fd, buffer, 4, 20));
	TELL(buffer[0]);
	TELL(memfd_create("x", 0x4000));
	memset(buffer, 'x', 300);
	buffer[250] = 0;
	TELL(memfd_create(buffer, 0));
}

static void *named(void *arg)
{
	char own[16] = { 0 };
	pthread_setname_np(pthread_self(), "worker");
	prctl(PR_GET_NAME, own);
	printf("thread %s\n", own);
	return NULL;
}

static void itself(void)
{
	char own[17] = { 0 };
	TELL(prctl(PR_SET_NAME, "a name that is too long"));
	TELL(prctl(PR_GET_NAME, own));
	printf("%s\n", own);
	pthread_t thread;
	pthread_create(&thread, NULL, named, NULL);
	pthread_join(thread, NULL);
	int fd = open("/proc/self/comm", O_RDONLY);
	memset(buffer, 0, 100);
	read(fd, buffer, 100);
	printf("comm %s", buffer);
	TELL(prctl(PR_GET_DUMPABLE));
	TELL(prctl(PR_SET_DUMPABLE, 7));
	TELL(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	TELL(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	TELL(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	TELL(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
	TELL(prctl(12345, 0));
	TELL(prctl(PR_SET_PDEATHSIG, 99));
	int tell[2], signal = -1;
	pipe(tell);
	if (!fork()) {
		if (!fork()) {
			sigset_t set;
			sigemptyset(&set);
			sigaddset(&set, SIGUSR2);
			sigprocmask(SIG_BLOCK, &set, NULL);
			prctl(PR_SET_PDEATHSIG, SIGUSR2);
			write(tell[1], "r", 1);
			sigwait(&set, &signal);
			printf("parent died: %d\n", signal == SIGUSR2);
			fflush(stdout);
			_exit(0);
		}
		char ready;
		read(tell[0], &ready, 1);
		_exit(0);
	}
	close(tell[1]);
	wait(NULL);
	char byte;
	/* The end of the grandchild. */
	while (read(tell[0], &byte, 1) > 0);
	struct sysinfo info;
	TELL(sysinfo(&info));
	printf("%d %d %d\n", info.totalram >= info.freeram, info.mem_unit > 0, info.procs > 0);
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	in = mkstemp(name);
	out = mkstemp(other);
	for (int i = 0; i < 200000; i++) buffer[i] = 'a' + i % 26;
	write(in, buffer, 200000);
	pipe(ends);
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	parts();
	sending();
	copying();
	unnamed();
	itself();
	unlink(name);
	unlink(other);
}
