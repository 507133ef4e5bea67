/* What hardware finds wrong, and what each fault of a child is told as. */
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

extern char **environ;
static volatile int zero, one = 1, most_negative = INT_MIN, minus_one = -1;
static volatile long long long_zero;
static int (*volatile nowhere)(int);

static void fault(const char *kind)
{
	if (!strcmp(kind, "divide")) printf("%d", one / zero);
	if (!strcmp(kind, "remainder")) printf("%d", one % zero);
	if (!strcmp(kind, "long divide")) printf("%lld", one / long_zero);
	if (!strcmp(kind, "overflow")) printf("%d", most_negative / minus_one);
	if (!strcmp(kind, "trap")) __builtin_trap();
	if (!strcmp(kind, "read")) printf("%d", *(volatile int *)0xfffffff0u);
	if (!strcmp(kind, "write")) *(volatile int *)0xfffffff0u = 1;
	if (!strcmp(kind, "call")) printf("%d", nowhere(1));
	if (!strcmp(kind, "abort")) abort();
}

int main(int count, char **arguments)
{
	static char *kinds[] = { "divide", "remainder", "long divide", "overflow", "trap", "read", "write", "call", "abort" };
	if (count > 1) {
		fault(arguments[1]);
		return 1;
	}
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		pid_t pid;
		siginfo_t info = { 0 };
		posix_spawn(&pid, "/proc/self/exe", 0, 0, (char *[]){ "child", kinds[i], 0 }, environ);
		waitid(P_PID, pid, &info, WEXITED | WNOWAIT);
		int status = 0;
		waitpid(pid, &status, 0);
		printf("%s: killed %d by %d, told %d\n", kinds[i], info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED,
			info.si_status, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	}
	return 0;
}
