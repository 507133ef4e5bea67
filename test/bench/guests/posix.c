/*
 * What the kernel's calls cost a program: prints `NAME VALUE` a line, in the units of parts/posix.ts. Installed as /usr/bin/bench,
 * which it runs itself.
 */
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef SELF
#define SELF "/usr/bin/bench"
#endif
#define MIB (1024 * 1024)

extern char **environ;

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void check(int good, const char *what)
{
	if (good) return;
	perror(what);
	exit(1);
}

static void wait_for(pid_t pid)
{
	int status;
	check(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0, "child");
}

/* Microseconds of a call that the kernel answers, and of one that the worker answers itself. */
static void calls(void)
{
	const int n = 20000;
	double t = now();
	for (int i = 0; i < n; i++) syscall(SYS_getppid);
	printf("call %f\n", (now() - t) * 1e3 / n);
	t = now();
	for (int i = 0; i < n * 20; i++) syscall(SYS_getpid);
	printf("local %f\n", (now() - t) * 1e3 / (n * 20));
}

static char block[65536];

/* MiB/s from one process to another. */
static void pipes(void)
{
	const int total = 32 * MIB;
	int ends[2];
	check(pipe(ends) == 0, "pipe");
	fflush(stdout);
	double t = now();
	pid_t pid = fork();
	if (pid == 0) {
		close(ends[0]);
		for (int sent = 0; sent < total; sent += 4096) check(write(ends[1], block, 4096) == 4096, "write");
		_exit(0);
	}
	close(ends[1]);
	ssize_t got, sum = 0;
	while ((got = read(ends[0], block, sizeof block)) > 0) sum += got;
	check(sum == total, "pipe");
	printf("pipe %f\n", total / (double) MIB / ((now() - t) / 1e3));
	close(ends[0]);
	wait_for(pid);
}

/* MB/s of 64 MB in blocks of 64 KiB. */
static void files(void)
{
	const int total = 1024 * 65536;
	double best_write = 0, best_read = 0;
	for (int round = 0; round < 3; round++) {
		int fd = open("/tmp/bench", O_RDWR | O_CREAT | O_TRUNC, 0600);
		check(fd >= 0, "open");
		double t = now();
		for (int done = 0; done < total; done += sizeof block) check(write(fd, block, sizeof block) == sizeof block, "write");
		double speed = total / 1e6 / ((now() - t) / 1e3);
		if (speed > best_write) best_write = speed;
		check(lseek(fd, 0, SEEK_SET) == 0, "lseek");
		t = now();
		while (read(fd, block, sizeof block) > 0);
		speed = total / 1e6 / ((now() - t) / 1e3);
		if (speed > best_read) best_read = speed;
		close(fd);
		unlink("/tmp/bench");
	}
	printf("write %f\nread %f\n", best_write, best_read);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *) a, y = *(const double *) b;
	return (x > y) - (x < y);
}

#define TIMES 40
static double times[TIMES];

static void tell(const char *name)
{
	qsort(times, TIMES, sizeof *times, by_value);
	printf("%s %f\n", name, times[TIMES / 2]);
	fflush(stdout);
}

static void spawns(const char *name, char *mode)
{
	for (int i = 0; i < TIMES; i++) {
		double t = now();
		char *argv[] = { SELF, mode, 0 };
		pid_t pid;
		check(posix_spawn(&pid, SELF, 0, 0, argv, environ) == 0, "spawn");
		wait_for(pid);
		times[i] = now() - t;
	}
	tell(name);
}

static void forks(const char *name)
{
	for (int i = 0; i < TIMES; i++) {
		double t = now();
		pid_t pid = fork();
		if (pid == 0) _exit(0);
		wait_for(pid);
		times[i] = now() - t;
	}
	tell(name);
}

static void *nothing(void *argument)
{
	return argument;
}

static void threads(void)
{
	for (int i = 0; i < TIMES; i++) {
		double t = now();
		pthread_t thread;
		check(pthread_create(&thread, 0, nothing, 0) == 0, "thread");
		pthread_join(thread, 0);
		times[i] = now() - t;
	}
	tell("thread");
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "end")) return 0;
	if (argc > 1 && !strcmp(argv[1], "exec")) {
		execl(SELF, SELF, "end", (char *) 0);
		return 1;
	}
	memset(block, 'a', sizeof block);
	calls();
	pipes();
	files();
	spawns("spawn", "end");
	spawns("spawn-exec", "exec");
	forks("fork");
	threads();
	char *large = malloc(16 * MIB);
	check(large != 0, "malloc");
	memset(large, 'b', 16 * MIB);
	forks("fork-16");
	check(large[12345] == 'b', "memory");
	return 0;
}
