/* posix_spawn: file actions in order, attributes, errors from the call, scripts; and what becomes of the children. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tell.h"

extern char **environ;
static const char *self = "/proc/self/exe";

/* Waits, and tells the status by what it means. */
static void end_of(pid_t pid)
{
	int status;
	struct rusage usage;
	fflush(stdout);
	if (wait4(pid, &status, 0, &usage) != pid) { perror("wait4"); exit(1); }
	if (WIFEXITED(status)) printf("exit %d\n", WEXITSTATUS(status));
	else printf("signal %d\n", WTERMSIG(status));
	if (usage.ru_utime.tv_sec < 0 || usage.ru_utime.tv_usec > 999999 || usage.ru_maxrss <= 0) puts("no usage");
}

static int run(const char *path, posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes, char *const argv[])
{
	pid_t pid = -5;
	fflush(stdout);
	int error = posix_spawn(&pid, path, actions, attributes, argv, environ);
	if (error) printf("error %d, pid %d\n", error, pid);
	else end_of(pid);
	return error;
}

static char *const *child(char *mode, char *more)
{
	static char *argv[4];
	argv[0] = "child", argv[1] = mode, argv[2] = more, argv[3] = 0;
	return argv;
}

/* What a child sees of itself. */
static int report(char *mode, char *more)
{
	char text[200];
	if (!strcmp(mode, "exit")) return atoi(more);
	if (!strcmp(mode, "signal")) { raise(atoi(more)); return 99; }
	if (!strcmp(mode, "argument")) { printf("argument %s, PLACE %s\n", more, getenv("PLACE")); return 0; }
	if (!strcmp(mode, "descriptors")) {
		for (int fd = 3; fd < 12; fd++) {
			ssize_t count = fcntl(fd, F_GETFD) < 0 ? -2 : read(fd, text, sizeof text - 1);
			if (count != -2) printf("%d: %.*s, flags %d\n", fd, (int)count < 0 ? 0 : (int)count, text, fcntl(fd, F_GETFD));
		}
		return 0;
	}
	if (!strcmp(mode, "directory")) { puts(getcwd(text, sizeof text)); return 0; }
	if (!strcmp(mode, "groups")) {
		printf("own group %d, session %d\n", getpgrp() == getpid(), getsid(0) == getpid());
		return 0;
	}
	if (!strcmp(mode, "signals")) {
		sigset_t mask;
		struct sigaction action;
		sigprocmask(SIG_SETMASK, NULL, &mask);
		for (int sig = 1; sig < 32; sig++) {
			sigaction(sig, NULL, &action);
			if (sigismember(&mask, sig) || action.sa_handler != SIG_DFL)
				printf("%d: blocked %d, ignored %d\n", sig, sigismember(&mask, sig), action.sa_handler == SIG_IGN);
		}
		return 0;
	}
	if (!strcmp(mode, "environment")) { printf("%d variables, first %s\n", environ[0] ? 1 : 0, environ[0] ? environ[0] : "-"); return 0; }
	return 98;
}

static void handler(int sig) { }

static void actions(void)
{
	posix_spawn_file_actions_t fa;
	int fd, kept, closed;
	fd = open("one", O_RDWR | O_CREAT | O_TRUNC, 0600); write(fd, "first", 5); close(fd);
	fd = open("two", O_RDWR | O_CREAT | O_TRUNC, 0600); write(fd, "second", 6); close(fd);
	mkdir("below", 0700);
	fd = open("below/three", O_RDWR | O_CREAT | O_TRUNC, 0600); write(fd, "third", 5); close(fd);

	kept = open("one", O_RDONLY);
	closed = open("two", O_RDONLY | O_CLOEXEC);
	puts("inherited");
	run(self, NULL, NULL, child("descriptors", NULL));
	lseek(kept, 0, SEEK_SET);

	puts("in order");
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_adddup2(&fa, closed, 8);
	posix_spawn_file_actions_addclose(&fa, 8);
	posix_spawn_file_actions_adddup2(&fa, closed, closed);
	posix_spawn_file_actions_addopen(&fa, 9, "one", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&fa, 9, 10);
	posix_spawn_file_actions_addclose(&fa, 9);
	posix_spawn_file_actions_addclose(&fa, 9);
	posix_spawn_file_actions_addchdir_np(&fa, "below");
	posix_spawn_file_actions_addopen(&fa, 11, "three", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&fa, 7, "made", O_WRONLY | O_CREAT | O_EXCL, 0640);
	run(self, &fa, NULL, child("descriptors", NULL));
	puts("again: the file is there");
	run(self, &fa, NULL, child("descriptors", NULL));
	posix_spawn_file_actions_destroy(&fa);
	struct stat made;
	TELL(stat("below/made", &made));
	printf("mode %o, umask kept %o\n", made.st_mode, umask(022));
	TELL(lseek(closed, 0, SEEK_CUR));

	puts("directories");
	char before[200], after[200];
	getcwd(before, sizeof before);
	posix_spawn_file_actions_init(&fa);
	fd = open("below", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	posix_spawn_file_actions_addfchdir_np(&fa, fd);
	posix_spawn_file_actions_addchdir_np(&fa, "/proc");
	run(self, &fa, NULL, child("directory", NULL));
	printf("%d\n", strcmp(before, getcwd(after, sizeof after)));
	posix_spawn_file_actions_destroy(&fa);

	puts("bad ones");
	posix_spawn_file_actions_init(&fa);
	TELL(posix_spawn_file_actions_adddup2(&fa, 77, 5));
	run(self, &fa, NULL, child("exit", "0"));
	posix_spawn_file_actions_destroy(&fa);
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_addopen(&fa, 5, "missing/file", O_RDONLY, 0);
	run(self, &fa, NULL, child("exit", "0"));
	posix_spawn_file_actions_destroy(&fa);
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_addfchdir_np(&fa, kept);
	run(self, &fa, NULL, child("exit", "0"));
	posix_spawn_file_actions_destroy(&fa);
	close(kept);
	close(closed);
	close(fd);
}

static void attributes(void)
{
	posix_spawnattr_t at;
	sigset_t set;
	posix_spawnattr_init(&at);
	puts("group");
	posix_spawnattr_setflags(&at, POSIX_SPAWN_SETPGROUP);
	posix_spawnattr_setpgroup(&at, 0);
	run(self, NULL, &at, child("groups", NULL));
	posix_spawnattr_setpgroup(&at, 29999);
	run(self, NULL, &at, child("groups", NULL));
	puts("session");
	posix_spawnattr_setflags(&at, POSIX_SPAWN_SETSID);
	run(self, NULL, &at, child("groups", NULL));
	puts("signals");
	signal(SIGUSR1, handler);
	signal(SIGUSR2, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGQUIT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	run(self, NULL, NULL, child("signals", NULL));
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	posix_spawnattr_setsigmask(&at, &set);
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	posix_spawnattr_setsigdefault(&at, &set);
	posix_spawnattr_setflags(&at, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_RESETIDS);
	run(self, NULL, &at, child("signals", NULL));
	signal(SIGUSR2, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	posix_spawnattr_destroy(&at);
}

static void script(const char *name, const char *text, int mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0777);
	write(fd, text, strlen(text));
	fchmod(fd, mode);
	close(fd);
}

static void programs(void)
{
	pid_t pid;
	puts("ends");
	run(self, NULL, NULL, child("exit", "7"));
	run(self, NULL, NULL, child("signal", "9"));
	run(self, NULL, NULL, child("signal", "15"));
	puts("errors");
	run("missing", NULL, NULL, child("exit", "0"));
	run("", NULL, NULL, child("exit", "0"));
	run("/proc", NULL, NULL, child("exit", "0"));
	script("noexec", "#!/proc/self/exe\n", 0644);
	run("./noexec", NULL, NULL, child("exit", "0"));
	script("text", "not a program\n", 0755);
	run("./text", NULL, NULL, child("exit", "0"));
	run("./text/more", NULL, NULL, child("exit", "0"));
	script("dangling", "#!/nowhere/at/all\n", 0755);
	run("./dangling", NULL, NULL, child("exit", "0"));
	TELL(waitpid(-1, NULL, WNOHANG));

	puts("scripts");
	script("script", "#!/proc/self/exe argument\nrest\n", 0755);
	run("./script", NULL, NULL, child("exit", "0"));
	script("nested", "#!./script\n", 0755);
	run("./nested", NULL, NULL, child("exit", "0"));

	puts("search");
	setenv("PATH", "/nowhere:.", 1);
	fflush(stdout);
	TELL(posix_spawnp(&pid, "script", NULL, NULL, child("exit", "0"), environ));
	end_of(pid);
	TELL(posix_spawnp(&pid, "nothing", NULL, NULL, child("exit", "0"), environ));
	TELL(posix_spawnp(&pid, "noexec", NULL, NULL, child("exit", "0"), environ));
	TELL(posix_spawn(&pid, "script-of-none", NULL, NULL, child("exit", "0"), environ));
	puts("environment");
	char *own[] = { "PLACE=there", NULL }, *none[] = { NULL };
	/* Told when the children have written what they have to say. */
	fflush(stdout);
	int error = posix_spawn(&pid, self, NULL, NULL, child("argument", "é x"), own);
	end_of(pid);
	printf("%d\n", error);
	fflush(stdout);
	error = posix_spawn(&pid, self, NULL, NULL, child("environment", NULL), none);
	end_of(pid);
	printf("%d\n", error);
}

int main(int argc, char **argv)
{
	if (argc > 1) return report(argv[1], argc > 2 ? argv[2] : NULL);
	for (int fd = 3; fd < 20; fd++) close(fd);
	char folder[] = "/tmp/spawn-XXXXXX";
	setvbuf(stdout, NULL, _IOFBF, 65536);
	mkdtemp(folder);
	chdir(folder);
	setenv("PLACE", "here", 1);
	actions();
	attributes();
	programs();
	fflush(stdout);
	return 0;
}
