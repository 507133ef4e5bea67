/* Limits of resources, as far as they bite. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int set(int resource, rlim_t soft, rlim_t hard)
{
	return setrlimit(resource, &(struct rlimit){ soft, hard });
}

#define TELL(call) do { errno = 0; long r = (call); printf("%s: %ld %d\n", #call, r, errno); } while (0)

static volatile int signals;
static void counts(int signal) { signals++; }

static void descriptors(void)
{
	struct rlimit limit;
	getrlimit(RLIMIT_NOFILE, &limit);
	TELL(set(RLIMIT_NOFILE, 20, limit.rlim_max));
	int count = 0, fd, last = -1;
	while ((fd = open("/dev/null", O_RDONLY)) >= 0) count++, last = fd;
	printf("opened up to %d, errno %d\n", last, errno);
	TELL(dup(0));
	TELL(dup2(0, 20));
	TELL(dup2(0, 19));
	TELL(fcntl(0, F_DUPFD, 20));
	TELL(fcntl(0, F_DUPFD, 19));
	int ends[2];
	TELL(pipe(ends));
	TELL(set(RLIMIT_NOFILE, 10, limit.rlim_max));
	/* What is open stays so. */
	TELL(fcntl(15, F_GETFD));
	TELL(close(15));
	TELL(dup(0));
	TELL(set(RLIMIT_NOFILE, 3000, limit.rlim_max));
	TELL(dup2(0, 2999));
	if (!fork()) {
		TELL(fcntl(2999, F_GETFD));
		TELL(dup2(0, 2998));
		TELL(sysconf(_SC_OPEN_MAX));
		exit(0);
	}
	wait(NULL);
	struct pollfd polled[3000] = { 0 };
	for (int i = 0; i < 3000; i++) polled[i].fd = -1;
	TELL(poll(polled, 3000, 0));
	TELL(set(RLIMIT_NOFILE, limit.rlim_cur, limit.rlim_max));
}

static void sizes(void)
{
	char name[] = "/tmp/limits-XXXXXX", block[100] = { 1 };
	int fd = mkstemp(name);
	unlink(name);
	TELL(set(RLIMIT_FSIZE, 250, RLIM_INFINITY));
	signal(SIGXFSZ, counts);
	TELL(write(fd, block, 100));
	TELL(write(fd, block, 100));
	TELL(write(fd, block, 100));
	TELL(signals);
	TELL(write(fd, block, 100));
	TELL(signals);
	TELL(write(fd, block, 0));
	TELL(pwrite(fd, block, 100, 200));
	TELL(pwrite(fd, block, 1, 250));
	TELL(ftruncate(fd, 250));
	TELL(ftruncate(fd, 251));
	TELL(ftruncate(fd, 10));
	TELL(posix_fallocate(fd, 0, 300));
	TELL(signals);
	if (!fork()) {
		signal(SIGXFSZ, SIG_DFL);
		lseek(fd, 0, SEEK_END);
		pwrite(fd, block, 1, 1000);
		exit(0);
	}
	int status;
	wait(&status);
	printf("ended by SIGXFSZ: %d\n", WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ);
	TELL(set(RLIMIT_FSIZE, RLIM_INFINITY, RLIM_INFINITY));
}

static void memory(void)
{
	if (!fork()) {
		set(RLIMIT_AS, 64 << 20, 64 << 20);
		TELL(mmap(NULL, 128 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
		void *volatile large = malloc(128 << 20);
	printf("large %d\n", large == NULL);
		void *small = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		TELL(small == MAP_FAILED);
		TELL(mremap(small, 1 << 20, 100 << 20, MREMAP_MAYMOVE) == MAP_FAILED);
		exit(0);
	}
	wait(NULL);
}

static void processor_time(void)
{
	if (!fork()) {
		signal(SIGXCPU, counts);
		set(RLIMIT_CPU, 1, 2);
		volatile unsigned long work = 0;
		for (;;) {
			work++;
			if (work % 100000 == 0) getppid();
			if (signals == 1) {
				printf("told\n");
				fflush(stdout);
				signals = 5;
			}
		}
	}
	int status;
	wait(&status);
	printf("killed: %d\n", WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void rights(void)
{
	struct rlimit limit;
	TELL(getrlimit(99, &limit));
	TELL(set(RLIMIT_CORE, 5, 4));
	TELL(set(RLIMIT_NOFILE, 100, 1 << 28));
	TELL(prlimit(1 << 21, RLIMIT_CPU, NULL, &limit));
	TELL(set(RLIMIT_CORE, 0, 100));
	TELL(getrlimit(RLIMIT_CORE, &limit));
	printf("%ld %ld\n", (long)limit.rlim_cur, (long)limit.rlim_max);
	if (!fork()) {
		setuid(1000);
		TELL(set(RLIMIT_CORE, 0, 200));
		TELL(set(RLIMIT_CORE, 50, 50));
		TELL(prlimit(getppid(), RLIMIT_CORE, NULL, &limit));
		TELL(set(RLIMIT_NPROC, 0, 0));
		TELL(fork());
		exit(0);
	}
	wait(NULL);
	TELL(getpriority(PRIO_PROCESS, 0));
	TELL(setpriority(PRIO_PROCESS, 0, 5));
	TELL(getpriority(PRIO_PROCESS, getpid()));
	TELL(nice(3));
	TELL(nice(100));
	if (!fork()) {
		TELL(getpriority(PRIO_PROCESS, 0));
		setuid(1000);
		TELL(setpriority(PRIO_PROCESS, 0, 1));
		TELL(setpriority(PRIO_PROCESS, getppid(), 19));
		exit(0);
	}
	wait(NULL);
	TELL(setpriority(PRIO_PROCESS, 0, 0));
	TELL(getpriority(7, 0));
	TELL(getpriority(PRIO_PROCESS, 1 << 21));
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	descriptors();
	sizes();
	memory();
	rights();
	processor_time();
}
