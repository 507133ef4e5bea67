/* Time limits of sockets: SO_RCVTIMEO and SO_SNDTIMEO, of calls that get nothing, a part, or a signal. */
#include "tell.h"
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char large[1000000];

static void handler(int signal) { (void) signal; }

int main(void)
{
	int ends[2];
	struct timeval limit = { 0, 50000 }, kept;
	socklen_t size = sizeof kept;
	socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
	TELL(getsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &kept, &size));
	printf("%d %d %d\n", (int) kept.tv_sec, (int) kept.tv_usec, size == sizeof kept);
	TELL(setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit));
	TELL(setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit));
	TELL(setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &limit, 4));
	struct timeval wrong = { 0, 1000000 };
	TELL(setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &wrong, sizeof wrong));
	wrong.tv_sec = 2;
	wrong.tv_usec = 250000;
	TELL(setsockopt(ends[1], SOL_SOCKET, SO_SNDTIMEO, &wrong, sizeof wrong));
	TELL(getsockopt(ends[1], SOL_SOCKET, SO_SNDTIMEO, &kept, &size));
	printf("%d %d\n", (int) kept.tv_sec, (int) kept.tv_usec / 10000);
	TELL(read(ends[0], large, 10));
	TELL(recv(ends[0], large, 10, 0));
	TELL(write(ends[1], "part", 4));
	TELL(recv(ends[0], large, 10, MSG_WAITALL));
	struct iovec part = { large, 10 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	TELL(recvmsg(ends[0], &message, 0));
	long sent = send(ends[0], large, sizeof large, 0);
	printf("a part was sent: %d\n", sent > 0 && sent < (long) sizeof large);
	TELL(send(ends[0], large, 100000, 0));
	TELL(write(ends[0], large, 100000));

	/* A handler with SA_RESTART does not let a call with a limit go on. */
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };
	sigaction(SIGALRM, &action, 0);
	limit.tv_sec = 5;
	setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	ualarm(50000, 0);
	TELL(recv(ends[0], large, 10, 0));
	limit.tv_sec = limit.tv_usec = 0;
	setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	fflush(stdout);
	if (fork() == 0) {
		usleep(150000);
		write(ends[1], "late", 4);
		_exit(0);
	}
	ualarm(50000, 0);
	TELL(recv(ends[0], large, 10, 0));
	wait(0);

	limit.tv_usec = 50000;
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "\0portside-timeouts" };
	int listening = socket(AF_UNIX, SOCK_STREAM, 0);
	bind(listening, (void *) &address, sizeof address);
	listen(listening, 1);
	setsockopt(listening, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	TELL(accept(listening, 0, 0));
	int datagrams[2];
	socketpair(AF_UNIX, SOCK_DGRAM, 0, datagrams);
	setsockopt(datagrams[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	TELL(read(datagrams[0], large, 10));
	TELL(recvmsg(datagrams[0], &message, 0));
	return 0;
}
