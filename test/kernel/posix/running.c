/* Commands of a shell, pipes to them, and what is known of processes that end in every way. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/times.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tell.h"

static void states(void)
{
	int status;
	for (int how = 0; how < 6; how++) {
		fflush(stdout);
		pid_t pid = fork();
		if (pid == 0) {
			switch (how) {
			case 0: _exit(0);
			case 1: _exit(256 + 7);
			case 2: raise(SIGKILL); break;
			case 3: signal(SIGTERM, SIG_DFL); kill(getpid(), SIGTERM); break;
			case 4: abort();
			case 5: execl("/nonexistent", "x", NULL); _exit(errno);
			}
			_exit(99);
		}
		siginfo_t info = { 0 };
		TELL(waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
		printf("%d %d %d ", info.si_code, info.si_status, info.si_pid == pid);
		TELL(waitpid(pid, &status, WNOHANG) == pid);
		printf("%d %d %d %d\n", WIFEXITED(status) != 0, WIFEXITED(status) ? WEXITSTATUS(status) : -1, WIFSIGNALED(status) != 0, WIFSIGNALED(status) ? WTERMSIG(status) : -1);
		TELL(waitpid(pid, &status, 0));
	}
	TELL(wait(&status));
	TELL(waitpid(-1, &status, 77777));
	siginfo_t info;
	TELL(waitid(P_ALL, 0, &info, WEXITED));
	TELL(waitid(P_ALL, 0, &info, 0));
	TELL(waitid(77, 0, &info, WEXITED));
}

static void groups(void)
{
	TELL(setpgid(0, 0) == 0 || errno == EPERM);
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		TELL(setpgid(0, 0));
		TELL(getpgrp() == getpid());
		TELL(setsid());
		fflush(stdout);
		pid_t inner = fork();
		if (inner == 0) {
			TELL(setsid() == getpid());
			TELL(getsid(0) == getpid());
			TELL(setpgid(0, 0));
			fflush(stdout);
			_exit(0);
		}
		waitpid(inner, NULL, 0);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	TELL(setpgid(pid, 0));
	TELL(getpgid(99999));
	TELL(getsid(99999));
	TELL(kill(99999, 0));
	TELL(kill(getpid(), 0));
	TELL(kill(getpid(), 65));
	TELL(killpg(99999, SIGTERM));
}

static void usage(void)
{
	struct rusage r;
	struct tms t;
	struct rlimit l;
	TELL(getrusage(RUSAGE_SELF, &r));
	TELL(r.ru_utime.tv_sec >= 0);
	TELL(getrusage(RUSAGE_CHILDREN, &r));
	TELL(getrusage(77, &r));
	TELL(times(&t) != (clock_t)-1);
	TELL(getrlimit(RLIMIT_NOFILE, &l));
	TELL(l.rlim_cur >= 256);
	TELL(getrlimit(99, &l));
	TELL(getpriority(PRIO_PROCESS, 0));
	TELL(setpriority(PRIO_PROCESS, 0, 5));
	TELL(getpriority(PRIO_PROCESS, 0));
	TELL(nice(2));
	TELL(nice(-7));
	TELL(getpriority(PRIO_PROCESS, 99999));
	TELL(sched_yield());
	TELL(sched_getscheduler(0));
	cpu_set_t set;
	CPU_ZERO(&set);
	TELL(sched_setaffinity(0, sizeof set, &set));
	CPU_SET(0, &set);
	TELL(sched_setaffinity(0, sizeof set, &set));
	TELL(sched_getaffinity(0, sizeof set, &set));
	TELL(CPU_ISSET(0, &set) != 0);
	gid_t g[4];
	TELL(getgroups(0, NULL) >= 0);
	TELL(setgroups(2, (gid_t[]){ 5, 6 }));
	TELL(getgroups(4, g));
	printf("%d %d\n", (int)g[0], (int)g[1]);
	TELL(getgroups(1, g));
	TELL(umask(027));
	TELL(umask(022));
	TELL(setuid(-1) != 0);
	TELL(alarm(100));
	TELL(alarm(0) > 90);
	TELL(pause() == 0 && 0);
}

static void handled(int s) { (void)s; }

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	states();
	groups();
	signal(SIGALRM, handled);
	/* pause() ends with it. */
	struct sigaction a = { .sa_handler = handled };
	sigaction(SIGUSR1, &a, NULL);
	pid_t pid = fork();
	if (pid == 0) {
		for (int i = 0; i < 40; i++) {
			usleep(50000);
			kill(getppid(), SIGUSR1);
		}
		_exit(0);
	}
	usage();
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return 0;
}
