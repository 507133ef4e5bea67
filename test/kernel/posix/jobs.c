/* Job control: a session leader with a terminal, and jobs that use it from the foreground and from the background. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

extern char **environ;
static int master, slave;
static char name[64];

static void told(const char *what, long result)
{
	if (result < 0) printf("%s: errno %d\n", what, errno);
	else printf("%s: %ld\n", what, result);
	fflush(stdout);
}

/* A job of this program, in a group of its own with its terminal at 0; 1 of it is our own. */
static pid_t start(const char *what, int flags)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t usual, none;
	char *argv[] = { "jobs", (char *)what, name, 0 };
	pid_t pid;
	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGTTOU);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, slave, 0);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, flags | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigdefault(&attributes, &usual);
	posix_spawnattr_setsigmask(&attributes, &none);
	if (posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, argv, environ)) return -1;
	return pid;
}

static void changes(const char *what, pid_t pid, int options)
{
	int status;
	if (waitpid(pid, &status, options) != pid) told(what, -1);
	else if (WIFSTOPPED(status)) printf("%s: stopped by %d\n", what, WSTOPSIG(status));
	else if (WIFCONTINUED(status)) printf("%s: continued\n", what);
	else if (WIFSIGNALED(status)) printf("%s: ended by %d\n", what, WTERMSIG(status));
	else printf("%s: ended with %d\n", what, WEXITSTATUS(status));
	fflush(stdout);
}

static void changed(const char *what, pid_t pid)
{
	changes(what, pid, WUNTRACED);
}

static int job(const char *what)
{
	struct termios modes;
	char text[16];
	if (!strcmp(what, "read")) return read(0, text, sizeof text);
	if (!strcmp(what, "read without signal")) {
		signal(SIGTTIN, SIG_IGN);
		return read(0, text, sizeof text) < 0 ? errno : 0;
	}
	if (!strcmp(what, "write")) return write(0, "w", 1);
	if (!strcmp(what, "set")) return tcgetattr(0, &modes) || tcsetattr(0, TCSANOW, &modes);
	if (!strcmp(what, "take")) return tcsetpgrp(0, getpgrp()) ? errno : 0;
	if (!strcmp(what, "wait")) {
		write(1, "waits\n", 6);
		for (;;) pause();
	}
	if (!strcmp(what, "lead")) {
		slave = open(name, O_RDWR);
		told("own terminal", tcgetsid(slave) == getpid());
		/* It stays in the foreground with its leader, and hears of its end. */
		pid_t pid = start("hear", 0);
		char byte;
		read(0, &byte, 1);
		return pid < 0;
	}
	if (!strcmp(what, "hear")) {
		sigset_t set;
		int sig;
		sigemptyset(&set);
		sigaddset(&set, SIGHUP);
		sigprocmask(SIG_BLOCK, &set, 0);
		write(0, "ready\n", 6);
		sigwait(&set, &sig);
		told("heard", sig);
		told("terminal", open("/dev/tty", O_RDWR));
		return 0;
	}
	return 99;
}

/* Reads until a text has come; or the end, and then tells what has. */
static void wait_for(int fd, const char *text)
{
	char all[256];
	size_t n = 0;
	while (n < sizeof all - 1) {
		ssize_t count = read(fd, all + n, sizeof all - 1 - n);
		if (count <= 0) {
			printf("%.*s", (int)n, all);
			return;
		}
		all[n += count] = 0;
		if (strstr(all, text)) return;
	}
}

int main(int argc, char **argv)
{
	int output[2];
	struct termios modes;
	if (argc > 2) return strcpy(name, argv[2]), job(argv[1]);
	signal(SIGTTOU, SIG_IGN);
	setsid();
	openpty(&master, &slave, name, 0, 0);
	fcntl(master, F_SETFD, FD_CLOEXEC);
	ioctl(slave, TIOCSCTTY, 0);

	pid_t pid = start("read", POSIX_SPAWN_SETPGROUP);
	changed("reads behind", pid);
	told("foreground", tcsetpgrp(slave, pid));
	told("is it", tcgetpgrp(slave) == pid);
	write(master, "line\n", 5);
	kill(-pid, SIGCONT);
	changed("reads", pid);
	told("foreground", tcsetpgrp(slave, getpgrp()));
	changed("reads behind, ignoring", start("read without signal", POSIX_SPAWN_SETPGROUP));
	changed("writes behind", start("write", POSIX_SPAWN_SETPGROUP));
	pid = start("set", POSIX_SPAWN_SETPGROUP);
	changed("sets", pid);
	kill(pid, SIGKILL);
	changed("sets", pid);
	pid = start("take", POSIX_SPAWN_SETPGROUP);
	changed("takes", pid);
	kill(pid, SIGKILL);
	changed("takes", pid);
	tcgetattr(slave, &modes);
	modes.c_lflag |= TOSTOP;
	tcsetattr(slave, TCSANOW, &modes);
	pid = start("write", POSIX_SPAWN_SETPGROUP);
	changed("writes with TOSTOP", pid);
	told("foreground", tcsetpgrp(slave, pid));
	kill(pid, SIGCONT);
	changed("writes with TOSTOP", pid);
	told("foreground", tcsetpgrp(slave, getpgrp()));

	pipe2(output, O_CLOEXEC);
	int standard = fcntl(1, F_DUPFD_CLOEXEC, 0);
	dup2(output[1], 1);
	pid = start("wait", POSIX_SPAWN_SETPGROUP);
	wait_for(output[0], "waits\n");
	dup2(standard, 1);
	tcsetpgrp(slave, pid);
	write(master, "\032", 1);
	changed("keyboard", pid);
	kill(pid, SIGCONT);
	changes("keyboard", pid, WCONTINUED);
	write(master, "\003", 1);
	changed("keyboard", pid);
	tcsetpgrp(slave, getpgrp());

	/* Another session, on a terminal of its own that it gets by opening it. */
	int ours = master;
	close(slave);
	openpty(&master, &slave, name, 0, 0);
	fcntl(master, F_SETFD, FD_CLOEXEC);
	dup2(output[1], 1);
	close(output[1]);
	pid = start("lead", POSIX_SPAWN_SETSID);
	dup2(standard, 1);
	wait_for(master, "ready\r\n");
	close(slave);
	write(master, "\n", 1);
	/* Until both have ended. */
	wait_for(output[0], "nothing");
	changed("leads", pid);
	char byte;
	while (read(master, &byte, 1) == 1) ;
	told("master", errno == EIO);
	close(ours);
	return 0;
}
