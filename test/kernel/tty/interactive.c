/* Tells of its terminal, of the size when that changes, and of every line that is typed there; after an end of file, unless it
 * has an argument, it reads keys until `q`. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static void size(int signal)
{
	struct winsize size;
	ioctl(0, TIOCGWINSZ, &size);
	dprintf(1, "%dx%d\n", size.ws_row, size.ws_col);
}

int main(int argc, char **argv)
{
	char line[256];
	struct termios before, keys;
	if (!isatty(1)) dprintf(2, "elsewhere\n");
	printf("%d%d%d %s %d %d\n", isatty(0), isatty(1), isatty(2), ttyname(0), tcgetsid(0) == getpid(), tcgetpgrp(0) == getpgrp());
	fflush(stdout);
	signal(SIGWINCH, size);
	size(0);
	while (fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\n")] = 0;
		printf("<%s>\n", line);
		fflush(stdout);
	}
	if (argc > 1) return 0;
	tcgetattr(0, &before);
	keys = before;
	cfmakeraw(&keys);
	tcsetattr(0, TCSANOW, &keys);
	dprintf(1, "keys\n");
	while (read(0, line, 1) == 1 && *line != 'q') dprintf(1, "(%d)", *line);
	tcsetattr(0, TCSAFLUSH, &before);
	printf("wait\n");
	fflush(stdout);
	pause();
	return 0;
}
