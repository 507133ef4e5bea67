/* Waiting for children: by process and group, for stops and continuations, without reaping; programs that replace themselves; orphans. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/times.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "tell.h"

extern char **environ;
static int up[2];

static int child(int argc, char **argv)
{
	char *mode = argv[1];
	if (!strcmp(mode, "exit")) return atoi(argv[2]);
	if (!strcmp(mode, "pause")) { close(3); write(4, "", 1); close(4); for (;;) pause(); }
	if (!strcmp(mode, "busy")) {
		close(3); write(4, "", 1); close(4);
		for (volatile long i = 0; ; i++);
	}
	if (!strcmp(mode, "trap")) __builtin_trap();
	if (!strcmp(mode, "orphan")) {
		/* Leaves a child of its own behind, which tells of its new parent once that is another. */
		pid_t pid;
		char text[20];
		snprintf(text, sizeof text, "%d", getpid());
		char *args[] = { "child", "left", text, NULL };
		return posix_spawn(&pid, "/proc/self/exe", NULL, NULL, args, environ);
	}
	if (!strcmp(mode, "left")) {
		close(3);
		while (getppid() == atoi(argv[2])) nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
		write(4, "adopted", 7);
		return 0;
	}
	if (!strcmp(mode, "exec")) {
		char *args[] = { "again", "execed", argv[2], NULL };
		char *env[] = { "ONLY=this", NULL };
		sigset_t set;
		char text[20];
		snprintf(text, sizeof text, "%d", getpid());
		args[2] = text;
		signal(SIGUSR1, exit);
		signal(SIGUSR2, SIG_IGN);
		sigemptyset(&set), sigaddset(&set, SIGTERM);
		sigprocmask(SIG_BLOCK, &set, NULL);
		raise(SIGTERM);
		fcntl(3, F_SETFD, FD_CLOEXEC);
		fcntl(4, F_SETFD, 0);
		alarm(100);
		execve("/nowhere", args, env);
		printf("no: errno %d, 3 is open %d\n", errno, fcntl(3, F_GETFD) >= 0);
		fflush(stdout);
		execve("/proc/self/exe", args, env);
		return 97;
	}
	if (!strcmp(mode, "execed")) {
		struct sigaction one, two;
		sigset_t mask, pending;
		sigaction(SIGUSR1, NULL, &one), sigaction(SIGUSR2, NULL, &two);
		sigprocmask(SIG_BLOCK, NULL, &mask), sigpending(&pending);
		printf("%s, same pid %d, ONLY=%s, %s; handlers %d %d, blocked %d, pending %d; open %d %d; alarm %d\n", argv[0],
			atoi(argv[2]) == getpid(), getenv("ONLY"), environ[1] ? "more" : "no more",
			one.sa_handler == SIG_DFL, two.sa_handler == SIG_IGN, sigismember(&mask, SIGTERM), sigismember(&pending, SIGTERM),
			fcntl(3, F_GETFD) >= 0, fcntl(4, F_GETFD) >= 0, (int)alarm(0) > 90);
		return 44;
	}
	return 98;
}

/* Starts a child in a group (0: its own, -1: the caller's); with `ready` returns when it is in its loop. */
static pid_t start(char *mode, char *more, int group, int ready)
{
	pid_t pid;
	char *args[] = { "child", mode, more, NULL }, byte;
	posix_spawnattr_t at;
	posix_spawn_file_actions_t fa;
	fflush(stdout);
	pipe2(up, O_CLOEXEC);
	posix_spawnattr_init(&at);
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_adddup2(&fa, up[1], 4);
	if (up[0] != 3) posix_spawn_file_actions_adddup2(&fa, up[0], 3);
	if (group >= 0) posix_spawnattr_setflags(&at, POSIX_SPAWN_SETPGROUP), posix_spawnattr_setpgroup(&at, group);
	if (posix_spawn(&pid, "/proc/self/exe", &fa, &at, args, environ)) { perror("posix_spawn"); exit(1); }
	close(up[1]);
	if (ready) read(up[0], &byte, 1);
	return pid;
}

static int status_of(int status)
{
	if (WIFEXITED(status)) return 1000 + WEXITSTATUS(status);
	if (WIFSTOPPED(status)) return 2000 + WSTOPSIG(status);
	if (WIFCONTINUED(status)) return 3000;
	return 4000 + WTERMSIG(status);
}

#define WAIT(pid, options) do { \
	status = -1; errno = 0; \
	pid_t got = waitpid(pid, &status, options); \
	printf("waitpid(%s, %s): %s %d, errno %d\n", #pid, #options, got > 0 ? "child" : got ? "none" : "not yet", got > 0 ? status_of(status) : 0, got < 0 ? errno : 0); \
} while (0)

#define WAITID(type, id, options) do { \
	memset(&info, 0x55, sizeof info); errno = 0; \
	int got = waitid(type, id, &info, options); \
	printf("waitid(%s, %s, %s): %d, errno %d, signo %d, code %d, status %d, pid %d\n", #type, #id, #options, got, errno, \
		got ? 0 : info.si_signo, got ? 0 : info.si_code, got || !info.si_pid ? 0 : info.si_status, got ? 0 : info.si_pid == (child)); \
} while (0)

static volatile int told, code, value;
static void on_child(int sig, siginfo_t *info, void *context) { told++, code = info->si_code, value = info->si_status; }

int main(int argc, char **argv)
{
	int status;
	siginfo_t info;
	char text[20];
	if (argc > 1) return child(argc, argv);
	for (int fd = 3; fd < 20; fd++) close(fd);
	setvbuf(stdout, NULL, _IOFBF, 65536);

	WAIT(-1, 0);
	WAIT(1, 0);
	WAIT(0, WNOHANG);
	WAIT(-1, 0x10000);
	pid_t child = start("exit", "300", -1, 0), other;
	WAIT(child + 1, 0);
	WAIT(-child, 0);
	WAITID(P_PID, child, WEXITED | WNOWAIT);
	WAITID(P_PID, child, WEXITED | WNOWAIT | WNOHANG);
	WAITID(P_PID, child, WSTOPPED | WNOHANG);
	TELL(kill(child, 0));
	TELL(kill(child, SIGKILL));
	WAIT(0, 0);
	WAITID(P_ALL, 0, WEXITED);
	WAITID(P_ALL, 0, 0);
	WAITID(P_PID, 0, WEXITED);
	WAITID(9, 1, WEXITED);
	TELL(kill(child, 0));

	puts("groups");
	child = start("exit", "1", 0, 0);
	other = start("exit", "2", child, 0);
	WAIT(0, 0);
	WAIT(-other, 0);
	TELL(waitpid(-child, NULL, 0) > 0);
	TELL(waitid(P_PGID, child, &info, WEXITED | WNOWAIT));
	TELL(waitpid(-child, NULL, 0) > 0);
	WAIT(-child, 0);

	puts("stops");
	struct sigaction action = { .sa_sigaction = on_child, .sa_flags = SA_SIGINFO | SA_RESTART };
	sigaction(SIGCHLD, &action, NULL);
	child = start("pause", NULL, 0, 1);
	WAIT(child, WNOHANG | WUNTRACED);
	kill(child, SIGSTOP);
	WAITID(P_PID, child, WSTOPPED | WNOWAIT);
	WAIT(child, WUNTRACED);
	printf("told %d, code %d, value %d\n", told, code, value);
	WAIT(child, WNOHANG | WUNTRACED);
	kill(child, SIGCONT);
	WAITID(P_PID, child, WCONTINUED | WNOWAIT);
	WAIT(child, WCONTINUED);
	while (told < 2) nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
	printf("told %d, code %d, value %d\n", told, code, value);
	kill(child, SIGTSTP);
	WAITID(P_PGID, child, WSTOPPED | WEXITED);
	kill(child, SIGTERM);
	WAIT(child, WNOHANG);
	kill(child, SIGCONT);
	WAIT(child, 0);
	printf("told %d\n", told > 2);
	signal(SIGCHLD, SIG_DFL);

	puts("ends");
	child = start("busy", NULL, -1, 1);
	kill(child, SIGKILL);
	WAIT(child, 0);
	signal(SIGCHLD, SIG_IGN);
	child = start("exit", "5", -1, 0);
	WAIT(child, 0);
	signal(SIGCHLD, SIG_DFL);
	child = start("exec", NULL, -1, 0);
	WAIT(child, 0);
	child = start("orphan", NULL, -1, 0);
	WAIT(child, 0);
	printf("%.*s\n", (int)read(up[0], text, sizeof text), text);
	WAIT(-1, WNOHANG);

	puts("usage");
	struct rusage self, children;
	struct tms first, second;
	clock_t begin = times(&first);
	for (volatile long i = 0; i < 30000000; i++);
	TELL(getrusage(RUSAGE_SELF, &self));
	TELL(getrusage(RUSAGE_CHILDREN, &children));
	TELL(getrusage(5, &self));
	clock_t end = times(&second);
	printf("%d %d %d %d\n", end >= begin, second.tms_utime + second.tms_stime > first.tms_utime + first.tms_stime, self.ru_maxrss > 0,
		children.ru_utime.tv_sec + children.ru_utime.tv_usec + children.ru_stime.tv_usec > 0);
	return 0;
}
