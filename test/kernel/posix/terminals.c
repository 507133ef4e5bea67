/* Pairs of terminals: names, locks, hang-ups, VMIN and VTIME, packets. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static char buffer[256];

static void told(const char *what, long result)
{
	if (result < 0) printf("%s: errno %d\n", what, errno);
	else printf("%s: %ld\n", what, result);
}

static void told_bytes(const char *what, long count)
{
	told(what, count);
	for (long i = 0; i < count; i++) printf(" %02x", (unsigned char)buffer[i]);
	if (count > 0) printf("\n");
}

static int ready(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN | POLLOUT | POLLPRI };
	poll(&poller, 1, 100);
	return poller.revents;
}

static void wait_for_input(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	poll(&poller, 1, 1000);
}

static void raw(int slave, int minimum, int time)
{
	struct termios modes;
	tcgetattr(slave, &modes);
	cfmakeraw(&modes);
	modes.c_cc[VMIN] = minimum;
	modes.c_cc[VTIME] = time;
	tcsetattr(slave, TCSANOW, &modes);
}

static void names(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), again;
	char name[64];
	struct stat by_name, open_file;
	struct statfs file_system;
	told("slave while locked", open(ptsname(master), O_RDWR | O_NOCTTY));
	told("grantpt", grantpt(master));
	told("unlockpt", unlockpt(master));
	strcpy(name, ptsname(master));
	printf("%d\n", strncmp(name, "/dev/pts/", 9));
	int slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	stat(name, &by_name);
	fstat(slave, &open_file);
	printf("%d %d %o %d %d\n", by_name.st_ino == open_file.st_ino, by_name.st_rdev == open_file.st_rdev,
		by_name.st_mode & S_IFMT, major(open_file.st_rdev), minor(open_file.st_rdev) == atoi(name + 9));
	printf("ttyname %d %d %d\n", strcmp(ttyname(slave), name), isatty(slave), isatty(master));
	fstat(master, &open_file);
	printf("master %d %d\n", major(open_file.st_rdev), minor(open_file.st_rdev));
	fstatfs(slave, &file_system);
	printf("%lx\n", (long)file_system.f_type);
	told("chmod", chmod(name, 0600));
	stat(name, &by_name);
	fstat(slave, &open_file);
	printf("%o %o\n", by_name.st_mode, open_file.st_mode);
	DIR *directory = opendir("/dev/pts");
	int found = 0;
	for (struct dirent *entry; (entry = readdir(directory));)
		if (!strcmp(entry->d_name, name + 9)) found += entry->d_type == DT_CHR && entry->d_ino == by_name.st_ino;
	closedir(directory);
	printf("listed %d\n", found);
	told("seek", lseek(slave, 0, SEEK_SET));
	told("make", open("/dev/pts/new", O_CREAT | O_RDWR, 0600));
	told("remove", unlink(name));
	again = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
	printf("peer %d\n", again >= 0 && !strcmp(ttyname(again), name));
	snprintf(buffer, sizeof buffer, "/proc/self/fd/%d", slave);
	close(again);
	again = open(buffer, O_RDWR | O_NOCTTY);
	printf("by /proc %d\n", isatty(again));
	close(again);
	close(slave);
	close(master);
	told("closed", stat(name, &by_name));
	told("reopened", open(name, O_RDWR | O_NOCTTY));
}

static void hang_ups(void)
{
	int master, slave;
	char name[64];
	openpty(&master, &slave, name, 0, 0);
	told("typed", write(master, "ab\n", 3));
	wait_for_input(slave);
	wait_for_input(master);
	close(slave);
	printf("%x\n", ready(master));
	told_bytes("rest", read(master, buffer, sizeof buffer));
	told("end", read(master, buffer, sizeof buffer));
	printf("%x\n", ready(master));
	told("nobody", write(master, "x", 1));
	slave = open(name, O_RDWR | O_NOCTTY);
	told_bytes("kept", read(slave, buffer, sizeof buffer));
	wait_for_input(master);
	printf("%x\n", ready(master));
	told("written", write(slave, "late\n", 5));
	wait_for_input(master);
	close(master);
	told("gone", read(slave, buffer, sizeof buffer));
	told("gone", write(slave, "x", 1));
	struct termios modes;
	told("gone", tcgetattr(slave, &modes));
	printf("%x\n", ready(slave));
	close(slave);
}

static void modes(void)
{
	int master, slave;
	struct termios before, after;
	struct winsize size = { 50, 132, 7, 9 };
	openpty(&master, &slave, 0, 0, &size);
	memset(&size, 0, sizeof size);
	told("size", ioctl(slave, TIOCGWINSZ, &size));
	printf("%d %d %d %d\n", size.ws_row, size.ws_col, size.ws_xpixel, size.ws_ypixel);
	tcgetattr(slave, &before);
	printf("%x %x %x %x\n", before.c_iflag, before.c_oflag, before.c_cflag, before.c_lflag);
	for (int i = 0; i < 17; i++) printf("%d ", before.c_cc[i]);
	printf("\n");
	after = before;
	after.c_cflag = CS5 | PARENB | B9600;
	told("set", tcsetattr(master, TCSADRAIN, &after));
	tcgetattr(slave, &after);
	printf("%x\n", after.c_cflag);
	told("set", tcsetattr(slave, 77, &after));
	told("drain", tcdrain(slave));
	told("break", tcsendbreak(slave, 0));
	told("flush", tcflush(slave, 9));
	told("flow", tcflow(slave, 9));
	int count = -1;
	told("to go", ioctl(slave, TIOCOUTQ, &count));
	printf("%d\n", count);
	told("request", ioctl(slave, 0x54ff, &count));
	write(master, "abc\nde", 6);
	wait_for_input(slave);
	ioctl(slave, FIONREAD, &count);
	printf("%d\n", count);
	told("flush", tcsetattr(slave, TCSAFLUSH, &before));
	fcntl(slave, F_SETFL, O_RDWR | O_NONBLOCK);
	told("flushed", read(slave, buffer, sizeof buffer));
	close(slave);
	close(master);
}

static long since(struct timespec *then)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - then->tv_sec) * 1000 + (now.tv_nsec - then->tv_nsec) / 1000000;
}

static void minimum_and_time(void)
{
	static const struct { int minimum, time; const char *typed; int size, after; } cases[] = {
		{ 0, 0, "", 9, 0 }, { 0, 0, "abc", 9, 0 }, { 0, 2, "", 9, 200 }, { 0, 2, "abc", 2, 0 }, { 1, 0, "abc", 9, 0 },
		{ 3, 0, "abcd", 9, 0 }, { 200, 0, "abc", 3, 0 }, { 5, 2, "abc", 9, 200 }, { 5, 2, "abcde", 9, 0 },
		{ 5, 2, "abcdefgh", 4, 0 },
	};
	int master, slave;
	openpty(&master, &slave, 0, 0, 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct timespec then;
		raw(slave, cases[i].minimum, cases[i].time);
		if (*cases[i].typed) {
			struct pollfd poller = { .fd = slave, .events = POLLIN };
			write(master, cases[i].typed, strlen(cases[i].typed));
			if (cases[i].minimum <= 5) poll(&poller, 1, cases[i].minimum > (int)strlen(cases[i].typed) ? 20 : 1000);
		}
		clock_gettime(CLOCK_MONOTONIC, &then);
		told_bytes("read", read(slave, buffer, cases[i].size));
		long waited = since(&then);
		printf("%d\n", waited >= cases[i].after - 5 && (cases[i].after || waited < 150));
		tcflush(slave, TCIFLUSH);
	}
	raw(slave, 5, 0);
	fcntl(slave, F_SETFL, O_RDWR | O_NONBLOCK);
	write(master, "ab", 2);
	printf("%x\n", ready(slave));
	told_bytes("nonblocking", read(slave, buffer, 9));
	told_bytes("nonblocking", read(slave, buffer, 9));
	raw(slave, 1, 0);
	write(master, "abcdef", 6);
	printf("%x\n", ready(slave));
	char first[2], second[9];
	struct iovec parts[2] = { { first, 2 }, { second, 9 } };
	told("parts", readv(slave, parts, 2));
	printf("%.2s %.4s\n", first, second);
	close(slave);
	close(master);
}

static void packets(void)
{
	int master, slave, on = 1;
	struct termios modes;
	openpty(&master, &slave, 0, 0, 0);
	fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK);
	told("packets", ioctl(master, TIOCPKT, &on));
	write(slave, "hi", 2);
	wait_for_input(master);
	told_bytes("data", read(master, buffer, sizeof buffer));
	tcflow(slave, TCOOFF);
	printf("%x\n", ready(master));
	told_bytes("stopped", read(master, buffer, sizeof buffer));
	tcflow(slave, TCOON);
	told_bytes("started", read(master, buffer, sizeof buffer));
	tcflush(slave, TCIOFLUSH);
	told_bytes("flushed", read(master, buffer, sizeof buffer));
	tcgetattr(slave, &modes);
	modes.c_cc[VSTOP] = 'x';
	tcsetattr(slave, TCSANOW, &modes);
	told_bytes("no stop", read(master, buffer, sizeof buffer));
	modes.c_cc[VSTOP] = 19;
	modes.c_lflag |= EXTPROC;
	tcsetattr(slave, TCSANOW, &modes);
	told_bytes("stop", read(master, buffer, sizeof buffer));
	told_bytes("nothing", read(master, buffer, sizeof buffer));
	ioctl(master, TIOCGPKT, &on);
	printf("%d\n", on);
	write(master, "line\n\4", 6);
	wait_for_input(slave);
	told_bytes("external", read(slave, buffer, sizeof buffer));
	close(slave);
	close(master);
}

int main(void)
{
	names();
	hang_ups();
	modes();
	minimum_and_time();
	packets();
	return 0;
}
