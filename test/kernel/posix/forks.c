/* fork: what a child has, shares and does not have; from handlers, threads and deep frames; twenty at once. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tell.h"

static int prepared, parents, children;
static void before(void) { prepared++; }
static void in_parent(void) { parents++; }
static void in_child(void) { children++; }

static volatile int handled, forked;
static void counts(int signal) { handled++; }
static void forks(int signal)
{
	forked = fork();
	if (!forked) _exit(33);
}

static int ended(pid_t child)
{
	int status;
	if (waitpid(child, &status, 0) != child) return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

/* Locals of every kind, in frames that are unwound and rewound. */
static int deep(int depth, double fraction, long long wide)
{
	char local[64];
	sprintf(local, "%d %.2f %lld", depth, fraction, wide);
	int result = depth == 0 ? fork() : deep(depth - 1, fraction * 1.5, wide * 3);
	char again[64];
	sprintf(again, "%d %.2f %lld", depth, fraction, wide);
	return strcmp(local, again) ? -1000 : result;
}

static void *from_thread(void *argument)
{
	pid_t child = fork();
	if (!child) {
		/* The thread is all of the child: it may make others. */
		int *cell = argument;
		*cell = 5;
		_exit(*cell + (getpid() == gettid() ? 10 : 0));
	}
	return (void *)(intptr_t)ended(child);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	char byte;
	int ends[2], value = 1, result_of;
	pipe(ends);
	umask(027);
	pid_t parent = getpid(), child = fork();
	if (!child) {
		value = 2;
		printf("child: parent %d, mask %o, session %d, group %d\n", getppid() == parent, umask(022), getsid(0) == getsid(parent), getpgrp() == getpgid(parent));
		_exit(3);
	}
	result_of = ended(child);
	printf("%d, value %d\n", result_of, value);

	/* The offset of a file is shared, memory is not. */
	char name[] = "/tmp/forks-XXXXXX";
	int file = mkstemp(name);
	unlink(name);
	child = fork();
	if (!child) _exit(write(file, "child", 5));
	result_of = ended(child);
	printf("%d, offset %d\n", result_of, (int)lseek(file, 0, SEEK_CUR));
	int *shared = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int *private = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	shared[0] = private[0] = 1;
	child = fork();
	if (!child) shared[0]++, private[0]++, shared[2047] = 7, _exit(shared[0] * 10 + private[0]);
	result_of = ended(child);
	printf("%d, shared %d %d, private %d\n", result_of, shared[0], shared[2047], private[0]);
	int segment = shmget(IPC_PRIVATE, 4096, 0600);
	int *attached = shmat(segment, NULL, 0);
	child = fork();
	if (!child) {
		struct shmid_ds state;
		shmctl(segment, IPC_STAT, &state);
		attached[1] = state.shm_nattch;
		_exit(0);
	}
	result_of = ended(child);
	printf("%d, attached %d\n", result_of, attached[1]);
	shmctl(segment, IPC_RMID, NULL);

	/* Signals: handlers and masks are kept, what was pending is not, nor are timers. */
	sigset_t set, pending;
	sigemptyset(&set), sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGUSR1, counts), signal(SIGALRM, SIG_DFL);
	raise(SIGUSR1);
	struct itimerval timer = { { 0, 0 }, { 100, 0 } };
	setitimer(ITIMER_REAL, &timer, NULL);
	child = fork();
	if (!child) {
		sigpending(&pending);
		getitimer(ITIMER_REAL, &timer);
		int had = sigismember(&pending, SIGUSR1);
		raise(SIGUSR1);
		sigprocmask(SIG_UNBLOCK, &set, NULL);
		_exit(had * 100 + handled * 10 + (timer.it_value.tv_sec != 0));
	}
	result_of = ended(child);
	printf("%d\n", result_of);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	printf("handled %d\n", handled);
	setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL);
	signal(SIGUSR2, forks);
	raise(SIGUSR2);
	result_of = ended(forked);
	printf("from a handler %d\n", result_of);

	pthread_atfork(before, in_parent, in_child);
	child = fork();
	if (!child) _exit(prepared * 100 + parents * 10 + children);
	result_of = ended(child);
	printf("%d, parent %d %d %d\n", result_of, prepared, parents, children);

	child = deep(20, 0.25, 12345678901LL);
	if (!child) _exit(9);
	result_of = ended(child);
	printf("deep %d\n", result_of);
	jmp_buf back;
	volatile int round = 0;
	child = setjmp(back);
	if (!child) {
		round++;
		child = fork();
		if (!child) longjmp(back, -7);
	}
	if (child == -7) _exit(20 + round);
	result_of = ended(child);
	printf("jumped %d\n", result_of);

	pthread_t thread;
	int cell = 1;
	void *result;
	pthread_create(&thread, NULL, from_thread, &cell);
	pthread_join(thread, &result);
	printf("from a thread %d, cell %d\n", (int)(intptr_t)result, cell);

	pid_t many[20];
	for (int i = 0; i < 20; i++) if (!(many[i] = fork())) _exit(read(ends[0], &byte, 1) == 1 ? byte : 99);
	for (int i = 0; i < 20; i++) write(ends[1], "\5", 1);
	int sum = 0;
	for (int i = 0; i < 20; i++) sum += ended(many[i]);
	printf("twenty %d\n", sum);
	for (int i = 0; i < 3; i++) {
		child = fork();
		if (child) break;
	}
	if (child) {
		int own = ended(child);
		if (getpid() != parent) _exit(own + 1);
		printf("generations %d\n", own);
	} else _exit(1);

	int handlers = prepared;
	child = vfork();
	if (!child) _exit(11);
	result_of = ended(child);
	printf("vfork %d, handlers of forks: %d\n", result_of, prepared - handlers);
	child = fork();
	if (!child) raise(SIGKILL);
	result_of = ended(child);
	printf("killed %d\n", result_of);
	fflush(stdout);
	/* What is in a buffer is in both. */
	setvbuf(stdout, NULL, _IOFBF, 4096);
	printf("[twice]");
	child = fork();
	if (!child) exit(0);
	ended(child);
	printf("\n");

	/* A wait that a handler of SIGCHLD interrupts has found the child by then. */
	sigaction(SIGCHLD, &(struct sigaction){ .sa_handler = counts }, NULL);
	child = fork();
	if (!child) {
		usleep(50000);
		_exit(21);
	}
	result_of = ended(child);
	printf("with a handler %d\n", result_of);
	sigaction(SIGCHLD, &(struct sigaction){ .sa_handler = counts, .sa_flags = SA_NOCLDWAIT }, NULL);
	child = fork();
	if (!child) {
		usleep(50000);
		_exit(22);
	}
	result_of = ended(child);
	printf("without children %d\n", result_of == -ECHILD);
	fflush(stdout);
	return 0;
}
