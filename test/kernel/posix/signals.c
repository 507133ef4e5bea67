/* A blocked signal is pending, an ignored one is not, and an unblocked one ends the process. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	sigset_t set, pending;
	signal(SIGTERM, SIG_IGN);
	printf("ignored: kill %d\n", kill(getpid(), SIGTERM));
	printf("was ignored %d\n", signal(SIGTERM, SIG_DFL) == SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	printf("raise %d\n", raise(SIGUSR2));
	sigpending(&pending);
	printf("pending %d\n", sigismember(&pending, SIGUSR2));
	printf("wrong signal %d, nobody %d\n", kill(getpid(), 1000), kill(30000000, 0));
	fflush(stdout);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	printf("not reached\n");
	return 0;
}
