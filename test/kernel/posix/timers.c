/* setitimer that repeats; timer_create: signals, threads, overruns, absolute times, and what is refused. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include "tell.h"

static volatile int count, code, value;
static sem_t told;
static void handle(int signal, siginfo_t *info, void *context) { count++, code = info->si_code, value = info->si_value.sival_int; }
static void thread(union sigval given) { value = given.sival_int; sem_post(&told); }

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	struct sigaction action = { .sa_sigaction = handle, .sa_flags = SA_SIGINFO };
	sigaction(SIGRTMIN, &action, NULL), sigaction(SIGALRM, &action, NULL);
	/* Told only where it waits: none is missed between a look and the wait. */
	sigset_t alarms, before;
	sigemptyset(&alarms), sigaddset(&alarms, SIGALRM);
	sigprocmask(SIG_BLOCK, &alarms, &before);
	struct itimerval repeated = { { 0, 5000 }, { 0, 5000 } }, ended = { 0 }, was;
	TELL(setitimer(ITIMER_REAL, &repeated, NULL));
	while (count < 3) sigsuspend(&before);
	TELL(setitimer(ITIMER_REAL, &ended, &was));
	printf("repeats: code %d interval %ld\n", code == SI_KERNEL, (long)was.it_interval.tv_usec);
	struct timespec at_once = { 0, 0 };
	sigtimedwait(&alarms, NULL, &at_once);
	sigprocmask(SIG_SETMASK, &before, NULL);
	count = 0;

	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN, .sigev_value.sival_int = 31 };
	timer_t timer, other;
	TELL(timer_create(CLOCK_MONOTONIC, &event, &timer));
	struct itimerspec once = { { 0, 0 }, { 0, 20000000 } }, often = { { 0, 5000000 }, { 0, 5000000 } }, off = { { 0 } }, now;
	TELL(timer_gettime(timer, &now));
	printf("stopped %d\n", now.it_value.tv_sec == 0 && now.it_value.tv_nsec == 0);
	TELL(timer_settime(timer, 0, &once, NULL));
	TELL(timer_gettime(timer, &now));
	printf("runs %d\n", now.it_value.tv_nsec > 0 && now.it_value.tv_nsec <= 20000000);
	TELL(pause());
	printf("count %d code %d value %d\n", count, code == SI_TIMER, value);
	TELL(timer_getoverrun(timer));
	/* Blocked: expiries are counted, and one signal tells of all. */
	sigset_t set, none;
	sigemptyset(&none), sigemptyset(&set), sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	count = 0;
	TELL(timer_settime(timer, 0, &often, NULL));
	usleep(60000);
	sigset_t pending;
	sigpending(&pending);
	printf("pending %d\n", sigismember(&pending, SIGRTMIN));
	TELL(sigsuspend(&none));
	printf("count %d, overruns %d\n", count, timer_getoverrun(timer) >= 5);
	TELL(timer_settime(timer, 0, &off, &now));
	printf("interval was %ld\n", now.it_interval.tv_nsec);
	struct timespec nothing = { 0, 0 };
	sigtimedwait(&set, NULL, &nothing);
	sigprocmask(SIG_SETMASK, &none, NULL);

	struct timespec when;
	clock_gettime(CLOCK_REALTIME, &when);
	TELL(timer_create(CLOCK_REALTIME, NULL, &other));
	struct itimerspec absolute = { { 0, 0 }, { when.tv_sec, when.tv_nsec + 20000000 } };
	if (absolute.it_value.tv_nsec > 999999999) absolute.it_value.tv_sec++, absolute.it_value.tv_nsec -= 1000000000;
	count = 0;
	TELL(timer_settime(other, TIMER_ABSTIME, &absolute, NULL));
	pause();
	absolute.it_value.tv_sec -= 100;
	TELL(timer_settime(other, TIMER_ABSTIME, &absolute, NULL));
	while (count < 2) usleep(1000);
	printf("absolute %d\n", count);

	sem_init(&told, 0, 0);
	struct sigevent by_thread = { .sigev_notify = SIGEV_THREAD, .sigev_notify_function = thread, .sigev_value.sival_int = 8 };
	timer_t threaded;
	TELL(timer_create(CLOCK_MONOTONIC, &by_thread, &threaded));
	TELL(timer_settime(threaded, 0, &often, NULL));
	for (int i = 0; i < 3; i++) while (sem_wait(&told)) ;
	printf("by thread %d\n", value);
	TELL(timer_delete(threaded));

	/* A signal that has no handler, and that is blocked for a while, counts as well. */
	sigset_t mask;
	sigemptyset(&mask);
	sigaddset(&mask, SIGCONT);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	struct sigevent unhandled = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGCONT };
	timer_t blocked;
	TELL(timer_create(CLOCK_MONOTONIC, &unhandled, &blocked));
	TELL(timer_settime(blocked, 0, &often, NULL));
	usleep(100000);
	sigprocmask(SIG_UNBLOCK, &mask, NULL);
	printf("without a handler %d\n", timer_getoverrun(blocked) >= 5);
	TELL(timer_delete(blocked));

	struct itimerspec wrong = { { 0, 0 }, { 0, 1000000000 } };
	TELL(timer_settime(timer, 0, &wrong, NULL));
	TELL(timer_create(99, &event, &other));
	event.sigev_signo = 999;
	TELL(timer_create(CLOCK_MONOTONIC, &event, &other));
	TELL(timer_delete(timer));
	return 0;
}
