/* Sessions, groups and the controlling terminal, as far as one process can tell. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

static void told(const char *what, long result)
{
	if (result < 0) printf("%s: errno %d\n", what, errno);
	else printf("%s: %ld\n", what, result);
}

int main(void)
{
	int master, slave, other, tty;
	struct stat file;
	pid_t self = getpid();
	char name[64];
	signal(SIGHUP, SIG_IGN);
	told("setpgid of nobody", setpgid(30000, 0));
	told("getpgid of nobody", getpgid(30000));
	told("negative", setpgid(0, -1));
	told("no such group", setpgid(0, 30000));
	told("setsid", setsid() == self);
	told("again", setsid());
	printf("%d %d %d\n", getpgrp() == self, getsid(0) == self, getsid(self) == self);
	told("leader", setpgid(0, 0));
	told("still none", open("/dev/tty", O_RDWR));
	openpty(&master, &slave, name, 0, 0);
	told("tcgetsid", tcgetsid(slave));
	told("tcgetpgrp", tcgetpgrp(slave));
	told("by master", tcgetpgrp(master));
	told("tcsetpgrp", tcsetpgrp(slave, self));
	told("give up", ioctl(slave, TIOCNOTTY));
	other = open(name, O_RDWR);
	told("by opening", tcgetsid(other) == self);
	tty = open("/dev/tty", O_RDWR);
	fstat(tty, &file);
	printf("%d %d %d %s\n", isatty(tty), major(file.st_rdev), minor(file.st_rdev), ttyname(tty));
	printf("%d %d %d\n", tcgetpgrp(tty) == self, tcgetpgrp(slave) == self, tcgetpgrp(master) == self);
	told("tcsetpgrp", tcsetpgrp(tty, self));
	told("of nobody", tcsetpgrp(tty, 30000));
	told("negative", tcsetpgrp(tty, -2));
	told("have one", ioctl(slave, TIOCSCTTY, 0));
	told("typed", write(master, "x\n", 2));
	char text[8];
	told("read", read(tty, text, sizeof text));
	told("give up", ioctl(tty, TIOCNOTTY));
	told("none", open("/dev/tty", O_RDWR));
	told("none", tcgetpgrp(slave));
	told("take", ioctl(slave, TIOCSCTTY, 0));
	told("taken", tcgetsid(slave) == self);
	told("take a master", ioctl(master, TIOCSCTTY, 0));
	signal(SIGINT, SIG_IGN);
	told("interrupted", write(master, "lost\003kept\n", 10));
	told("read", read(slave, text, sizeof text));
	close(master);
	told("gone", open("/dev/tty", O_RDWR));
	told("gone", tcgetpgrp(slave));
	told("gone", tcsetpgrp(slave, self));
	told("group", kill(0, 0));
	told("group", kill(-self, 0));
	told("no group", kill(-30000, 0));
	signal(SIGTERM, SIG_DFL);
	fflush(stdout);
	kill(0, SIGTERM);
	return 1;
}
