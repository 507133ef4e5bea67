/* Handlers: what they are told, masks, restarts, stacks, real-time order, waiting for signals, jumps out of them. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include "tell.h"

static volatile int count, last, depth, deepest, order[20], ordered;
static siginfo_t told;
static sigjmp_buf back;
static char stack[32768];
static volatile int on_stack;

static void counts(int signal) { count++; last = signal; }
static void tells(int signal, siginfo_t *info, void *context) { told = *info; last = signal; }
static void nests(int signal)
{
	if (++depth > deepest) deepest = depth;
	if (signal == SIGUSR1) raise(SIGUSR2);
	if (signal == SIGHUP) raise(SIGUSR2);
	depth--;
	count++;
}
static void queues(int signal, siginfo_t *info, void *context) { order[ordered++] = signal * 100 + info->si_value.sival_int; }
static void jumps(int signal) { siglongjmp(back, signal); }
static void looks(int signal) { char here; on_stack = &here >= stack && &here < stack + sizeof stack; stack_t now; sigaltstack(NULL, &now); on_stack += 2 * (now.ss_flags == SS_ONSTACK); errno = 0; on_stack += 4 * (sigaltstack(&now, NULL) < 0 && errno != 0); }
static void unblocks(int signal, siginfo_t *info, void *context) { sigaddset(&((ucontext_t *)context)->uc_sigmask, SIGTERM); }

static void on(int signal, void *handler, int flags)
{
	struct sigaction action = { 0 };
	action.sa_sigaction = handler;
	action.sa_flags = flags;
	sigaction(signal, &action, NULL);
}

static void in(int milliseconds)
{
	struct itimerval timer = { { 0, 0 }, { 0, milliseconds * 1000 } };
	setitimer(ITIMER_REAL, &timer, NULL);
}

static int blocked(int signal)
{
	sigset_t mask;
	sigprocmask(SIG_BLOCK, NULL, &mask);
	return sigismember(&mask, signal);
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	on(SIGUSR1, tells, SA_SIGINFO);
	raise(SIGUSR1);
	printf("raise: %d code %d me %d\n", told.si_signo, told.si_code, told.si_pid == getpid());
	kill(getpid(), SIGUSR1);
	printf("kill: code %d me %d uid %d\n", told.si_code, told.si_pid == getpid(), told.si_uid == getuid());
	TELL(sigqueue(getpid(), SIGUSR1, (union sigval){ .sival_int = 42 }));
	printf("sigqueue: code %d value %d\n", told.si_code, told.si_value.sival_int);
	struct sigaction old;
	TELL(sigaction(SIGUSR1, NULL, &old));
	printf("%d flags %x\n", old.sa_sigaction == tells, old.sa_flags & SA_SIGINFO);
	TELL(sigaction(SIGKILL, &old, NULL));
	TELL(sigaction(65, NULL, &old));

	on(SIGUSR1, nests, 0), on(SIGUSR2, nests, 0);
	raise(SIGUSR1);
	printf("nested %d deep, then %d\n", deepest, count > 1);
	depth = deepest = count = 0;
	on(SIGUSR1, counts, SA_RESETHAND);
	raise(SIGUSR1);
	sigaction(SIGUSR1, NULL, &old);
	printf("reset %d count %d\n", old.sa_handler == SIG_DFL, count);
	struct sigaction masked = { .sa_handler = nests };
	sigaddset(&masked.sa_mask, SIGUSR2);
	on(SIGUSR2, nests, 0);
	count = deepest = 0;
	sigaction(SIGHUP, &masked, NULL);
	raise(SIGHUP);
	printf("masked: deepest %d, blocked after %d\n", deepest, blocked(SIGUSR2));
	on(SIGUSR1, unblocks, SA_SIGINFO);
	raise(SIGUSR1);
	printf("by ucontext %d\n", blocked(SIGTERM));

	sigset_t set, none, before;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	sigfillset(&set);
	on(SIGRTMIN, queues, SA_SIGINFO), on(SIGRTMIN + 3, queues, SA_SIGINFO), on(SIGUSR1, queues, SA_SIGINFO);
	sigprocmask(SIG_BLOCK, &set, &before);
	for (int i = 0; i < 3; i++) sigqueue(getpid(), SIGRTMIN + 3, (union sigval){ .sival_int = i });
	for (int i = 0; i < 3; i++) sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = i });
	for (int i = 0; i < 3; i++) sigqueue(getpid(), SIGUSR1, (union sigval){ .sival_int = i });
	sigset_t pending;
	sigpending(&pending);
	printf("pending %d %d %d\n", sigismember(&pending, SIGUSR1), sigismember(&pending, SIGRTMIN), sigismember(&pending, SIGHUP));
	sigprocmask(SIG_SETMASK, &before, NULL);
	printf("%d in order, once for the old one %d\n", ordered, ordered == 7);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (int i = 0; i < 2; i++) sigqueue(getpid(), SIGRTMIN + 3 - i, (union sigval){ .sival_int = 7 });
	sigset_t wanted;
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGRTMIN + 3), sigaddset(&wanted, SIGRTMIN + 2);
	siginfo_t info;
	int first = sigwaitinfo(&wanted, &info) - SIGRTMIN, value = info.si_value.sival_int;
	printf("sigwaitinfo %d value %d, then %d\n", first, value, sigwaitinfo(&wanted, NULL) - SIGRTMIN);
	struct timespec soon = { 0, 10000000 };
	TELL(sigtimedwait(&wanted, NULL, &soon));
	sigprocmask(SIG_SETMASK, &none, NULL);

	int ends[2];
	char byte;
	pipe(ends);
	on(SIGALRM, counts, 0);
	count = 0, in(20);
	TELL(read(ends[0], &byte, 1));
	in(20);
	TELL(poll(NULL, 0, 1000));
	in(20);
	TELL(select(0, NULL, NULL, NULL, NULL));
	struct timespec nap = { 5, 0 }, left;
	in(20);
	TELL(nanosleep(&nap, &left));
	printf("left %d\n", left.tv_sec == 4 && left.tv_nsec > 500000000);
	in(20);
	TELL(pause());
	sigset_t alarm_only;
	sigemptyset(&alarm_only), sigaddset(&alarm_only, SIGALRM);
	sigprocmask(SIG_BLOCK, &alarm_only, NULL);
	raise(SIGALRM);
	printf("blocked, count %d\n", count);
	TELL(sigsuspend(&none));
	printf("count %d, blocked again %d\n", count, blocked(SIGALRM));
	raise(SIGALRM);
	struct pollfd poller = { ends[0], POLLIN, 0 };
	TELL(ppoll(&poller, 1, NULL, &none));
	raise(SIGALRM);
	TELL(pselect(0, NULL, NULL, NULL, NULL, &none));
	printf("count %d\n", count);
	sigprocmask(SIG_SETMASK, &none, NULL);

	stack_t alternate = { .ss_sp = stack, .ss_size = sizeof stack }, was;
	TELL(sigaltstack(&alternate, &was));
	printf("was disabled %d\n", was.ss_flags == SS_DISABLE);
	on(SIGUSR1, looks, SA_ONSTACK);
	raise(SIGUSR1);
	printf("on it %d\n", on_stack);
	alternate.ss_flags = SS_DISABLE;
	TELL(sigaltstack(&alternate, NULL));
	raise(SIGUSR1);
	printf("not on it %d\n", on_stack & 1);

	on(SIGUSR1, jumps, 0);
	int jumped = sigsetjmp(back, 1);
	if (!jumped) raise(SIGUSR1), printf("not reached\n");
	printf("jumped %d, blocked %d\n", jumped, blocked(SIGUSR1));
	jumped = sigsetjmp(back, 1);
	if (!jumped) on(SIGALRM, jumps, 0), in(20), pause();
	printf("out of pause %d\n", jumped);

	on(SIGPIPE, counts, 0);
	count = 0;
	close(ends[0]);
	TELL(write(ends[1], "x", 1));
	printf("SIGPIPE %d\n", count == 1 && last == SIGPIPE);
	on(SIGALRM, counts, 0);
	TELL(alarm(100));
	printf("alarm left %d\n", alarm(0) > 90);
	signal(SIGPIPE, SIG_DFL);
	write(ends[1], "x", 1);
	printf("not reached\n");
	return 0;
}
