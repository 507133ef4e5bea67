/* FIFOs: opening waits for the other end, the end of the last writer is the end of what is read, and nothing stays behind. */
#include "tell.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char text[100000];

static void handler(int signal) { (void) signal; }

static void polled(int fd, short events)
{
	struct pollfd ready = { fd, events };
	int count = poll(&ready, 1, 0);
	printf("poll %d: %#x\n", count, ready.revents);
}

int main(void)
{
	char folder[] = "/tmp/fifos-XXXXXX";
	struct stat st;
	if (!mkdtemp(folder) || chdir(folder)) return 1;
	signal(SIGPIPE, SIG_IGN);
	TELL(mkfifo("fifo", 0640));
	TELL(mkfifo("fifo", 0640));
	TELL(stat("fifo", &st));
	printf("%o %d\n", st.st_mode, (int) st.st_size);
	TELL(open("fifo", O_WRONLY | O_NONBLOCK));
	int reader = open("fifo", O_RDONLY | O_NONBLOCK);
	printf("reader %d\n", reader > 2);
	polled(reader, POLLIN);
	TELL(read(reader, text, 10));
	int writer = open("fifo", O_WRONLY | O_NONBLOCK);
	TELL(read(reader, text, 10));
	TELL(write(writer, "hello", 5));
	polled(reader, POLLIN);
	polled(writer, POLLOUT);
	int size;
	TELL(ioctl(reader, FIONREAD, &size));
	printf("%d\n", size);
	TELL(lseek(reader, 0, SEEK_SET));
	TELL(read(reader, text, 3));
	TELL(close(writer));
	polled(reader, POLLIN);
	TELL(read(reader, text, 10));
	TELL(read(reader, text, 10));
	polled(reader, POLLIN);
	writer = open("fifo", O_WRONLY);
	int other = open("fifo", O_WRONLY);
	TELL(close(other));
	TELL(read(reader, text, 10));
	TELL(write(writer, "unread", 6));
	TELL(close(reader));
	polled(writer, POLLOUT);
	TELL(write(writer, "x", 1));
	reader = open("fifo", O_RDONLY);
	TELL(read(reader, text, 10));
	TELL(write(writer, "lost", 4));
	close(reader);
	close(writer);
	reader = open("fifo", O_RDONLY | O_NONBLOCK);
	TELL(read(reader, text, 10));
	close(reader);

	/* Both directions, in one descriptor. */
	int both = open("fifo", O_RDWR);
	TELL(write(both, "self", 4));
	TELL(read(both, text, 10));
	TELL(fcntl(both, F_SETFL, O_NONBLOCK));
	TELL(read(both, text, 10));
	TELL(write(both, text, 70000));
	TELL(write(both, text, 4096));
	TELL(write(both, text, 5000));
	TELL(read(both, text, 4095));
	TELL(write(both, text, 4096));
	close(both);

	/* One waits for the other, whichever comes first; the file may lose its name meanwhile. */
	fflush(stdout);
	if (fork() == 0) {
		int fd = open("fifo", O_WRONLY);
		write(fd, text, sizeof text);
		close(fd);
		fd = open("fifo", O_RDONLY);
		int got = read(fd, text, 5);
		printf("child read %d: %.5s\n", got, text);
		got = read(fd, text, 5);
		printf("child read %d\n", got);
		fflush(stdout);
		_exit(0);
	}
	reader = open("fifo", O_RDONLY);
	int whole = 0, got;
	while ((got = read(reader, text, sizeof text)) > 0)
		whole += got;
	printf("read %d, then %d\n", whole, got);
	close(reader);
	writer = open("fifo", O_WRONLY);
	TELL(unlink("fifo"));
	TELL(write(writer, "again", 5));
	close(writer);
	wait(0);

	/* A signal ends the waiting. */
	TELL(mkfifo("fifo", 0600));
	struct sigaction action = { .sa_handler = handler };
	sigaction(SIGALRM, &action, 0);
	ualarm(50000, 0);
	TELL(open("fifo", O_RDONLY));
	TELL(open("fifo", O_WRONLY | O_NONBLOCK));
	/* A handler that lets it go on, after which a writer comes. */
	action.sa_flags = SA_RESTART;
	sigaction(SIGALRM, &action, 0);
	fflush(stdout);
	if (fork() == 0) {
		usleep(200000);
		int fd = open("fifo", O_WRONLY);
		write(fd, "late", 4);
		_exit(0);
	}
	ualarm(50000, 0);
	reader = open("fifo", O_RDONLY);
	TELL(read(reader, text, 10));
	wait(0);
	unlink("fifo");
	TELL(chdir("/"));
	TELL(rmdir(folder));
	return 0;
}
