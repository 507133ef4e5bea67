/* Clocks: of processors, of other processes, and what may be set. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TELL(call) do { errno = 0; long r = (call); printf("%s: %ld %d\n", #call, r, errno); } while (0)

static double seconds(clockid_t clock)
{
	struct timespec t;
	return clock_gettime(clock, &t) ? -1 : t.tv_sec + t.tv_nsec / 1e9;
}

static void compute(double time)
{
	double until = seconds(CLOCK_THREAD_CPUTIME_ID) + time;
	while (seconds(CLOCK_THREAD_CPUTIME_ID) < until);
}

static void *computes(void *arg)
{
	compute(0.2);
	return NULL;
}

int main(void)
{
	struct timespec t = { 5, 0 }, wrong = { 5, 1000000000 };
	setvbuf(stdout, NULL, _IONBF, 0);
	if (!fork()) {
		/* As the machine of a page does, which has its clock from its host. */
		setuid(1000);
		TELL(clock_settime(CLOCK_REALTIME, &t));
		TELL(clock_settime(CLOCK_REALTIME, &wrong));
		TELL(clock_settime(CLOCK_MONOTONIC, &t));
		TELL(kill(1, 0));
		TELL(kill(1, SIGUSR1));
		TELL(sigqueue(1, SIGUSR1, (union sigval){ 0 }));
		_exit(0);
	}
	wait(NULL);
	TELL(kill(1, 0));
	TELL(clock_settime(99, &t));
	TELL(clock_getres(CLOCK_REALTIME, &t));
	TELL(clock_getres(CLOCK_PROCESS_CPUTIME_ID, NULL));
	TELL(clock_getres(99, &t));
	TELL(clock_gettime(99, &t));

	double before = seconds(CLOCK_PROCESS_CPUTIME_ID), own = seconds(CLOCK_THREAD_CPUTIME_ID);
	pthread_t thread;
	pthread_create(&thread, NULL, computes, NULL);
	pthread_join(thread, NULL);
	printf("the process computed: %d, this thread: %d\n", seconds(CLOCK_PROCESS_CPUTIME_ID) - before >= 0.2,
		seconds(CLOCK_THREAD_CPUTIME_ID) - own >= 0.2);

	clockid_t clock;
	TELL(clock_getcpuclockid(0, &clock));
	printf("own: %d\n", seconds(clock) >= 0.2);
	TELL(clock_getcpuclockid(getpid(), &clock));
	printf("by pid: %d\n", seconds(clock) >= 0.2);
	TELL(clock_getcpuclockid(1 << 21, &clock));
	TELL(pthread_getcpuclockid(pthread_self(), &clock));
	printf("by thread: %d\n", seconds(clock) >= 0 && seconds(clock) < 0.2);
	pid_t child = fork();
	if (!child) {
		compute(0.1);
		pause();
	}
	TELL(clock_getcpuclockid(child, &clock));
	while (seconds(clock) < 0.1) usleep(1000);
	printf("a child computed\n");
	kill(child, SIGKILL);
	wait(NULL);
	TELL(clock_gettime(clock, &t));

	/* Both clocks are the same in every process and thread. */
	double realtime = seconds(CLOCK_REALTIME), monotonic = seconds(CLOCK_MONOTONIC);
	int ends[2];
	pipe(ends);
	if (!fork()) {
		double theirs[2] = { seconds(CLOCK_REALTIME), seconds(CLOCK_MONOTONIC) };
		write(ends[1], theirs, sizeof theirs);
		_exit(0);
	}
	double theirs[2];
	read(ends[0], theirs, sizeof theirs);
	wait(NULL);
	printf("in order: %d %d\n", realtime <= theirs[0] && theirs[0] <= seconds(CLOCK_REALTIME),
		monotonic <= theirs[1] && theirs[1] <= seconds(CLOCK_MONOTONIC));
}
