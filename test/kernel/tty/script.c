/* Drives a pty pair by a script on standard input and prints what comes out at both ends. A line is a case, its words are
 * steps, and each case has a pair of its own:
 *   iINPUT,OUTPUT,LOCAL   flags by tcsetattr() on the slave    cINDEX,VALUE  a special character
 *   mHEX    the master writes     sHEX   the slave writes      rCOUNT  the slave reads up to so many bytes
 *   fQUEUE  tcflush()             xACTION  tcflow()            q  FIONREAD and poll() of the slave
 *   p1, p0  packet mode of the master
 * The argument is a delay in microseconds. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static char line[1 << 20];
static unsigned char bytes[1 << 17];

static size_t parse(const char *hex)
{
	size_t n = 0;
	for (; hex[0] && hex[1]; hex += 2) sscanf(hex, "%2hhx", &bytes[n++]);
	return n;
}

static void tell(char end, ssize_t n)
{
	if (n < 0) {
		printf(" %c!%s", end, errno == EAGAIN ? "EAGAIN" : errno == EIO ? "EIO" : "?");
		return;
	}
	printf(" %c", end);
	for (ssize_t i = 0; i < n; i++) printf("%02x", bytes[i]);
}

/* Linux hands over what is written in a work queue. Whoever polls an end without input waits for that; where there is input,
 * nothing tells when it is done, and we give it so many microseconds. */
static int delay;
static void settle(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	if (poll(&poller, 1, 0) && delay) usleep(delay);
}

static void drain(int master)
{
	ssize_t n;
	settle(master);
	while ((n = read(master, bytes, sizeof bytes)) > 0) tell('M', n);
	if (errno != EAGAIN) tell('M', n);
}

static void step(int master, int slave, const char *word)
{
	struct termios modes;
	unsigned in, out, local;
	int n;
	switch (*word) {
	case 'i':
		sscanf(word + 1, "%u,%u,%u", &in, &out, &local);
		tcgetattr(slave, &modes);
		modes.c_iflag = in;
		modes.c_oflag = out;
		modes.c_lflag = local;
		tcsetattr(slave, TCSANOW, &modes);
		break;
	case 'c':
		sscanf(word + 1, "%u,%u", &in, &out);
		tcgetattr(slave, &modes);
		modes.c_cc[in] = out;
		tcsetattr(slave, TCSANOW, &modes);
		break;
	case 'm':
		n = parse(word + 1);
		n = write(master, bytes, n);
		if (n < 0) tell('m', n);
		else printf(" m%d", n);
		settle(slave);
		break;
	case 's':
		n = parse(word + 1);
		n = write(slave, bytes, n);
		if (n < 0) tell('s', n);
		else printf(" s%d", n);
		break;
	case 'r':
		tell('S', read(slave, bytes, atoi(word + 1)));
		break;
	case 'f':
		printf(" f%d", tcflush(slave, atoi(word + 1)));
		break;
	case 'x':
		printf(" x%d", tcflow(slave, atoi(word + 1)));
		break;
	case 'p':
		n = word[1] == '1';
		ioctl(master, TIOCPKT, &n);
		break;
	case 'q': {
		struct pollfd poller = { .fd = slave, .events = POLLIN | POLLOUT };
		poll(&poller, 1, 0);
		ioctl(slave, FIONREAD, &n);
		printf(" q%d,%x", n, poller.revents & (POLLIN | POLLOUT));
		break;
	}
	}
	drain(master);
}

int main(int argc, char **argv)
{
	if (argc > 1) delay = atoi(argv[1]);
	while (fgets(line, sizeof line, stdin)) {
		int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
		if (master < 0 || grantpt(master) || unlockpt(master)) return perror("openpt"), 1;
		int slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_NONBLOCK);
		if (slave < 0) return perror("slave"), 1;
		for (char *word = strtok(line, " \n"); word; word = strtok(0, " \n")) step(master, slave, word);
		printf("\n");
		close(slave);
		close(master);
	}
	return 0;
}
