/* Connections that keep messages apart (SOCK_SEQPACKET), by path and by name. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tell.h"

static struct sockaddr_un at;
static socklen_t length;
static void named(const char *path, int abstract)
{
	memset(&at, 0, sizeof at);
	at.sun_family = AF_UNIX;
	strcpy(at.sun_path + abstract, path);
	length = offsetof(struct sockaddr_un, sun_path) + strlen(path) + (abstract ? 1 : 1);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN);
	char base[] = "/tmp/packets-XXXXXX", b[64];
	if (!mkdtemp(base) || chdir(base) < 0) return 1;
	int l = socket(AF_UNIX, SOCK_SEQPACKET, 0), c = socket(AF_UNIX, SOCK_SEQPACKET, 0), v;
	socklen_t n = sizeof v;
	TELL(listen(l, 1));
	TELL(accept(l, NULL, NULL));
	named("server", 0);
	TELL(connect(c, (void *)&at, length));
	TELL(bind(l, (void *)&at, length));
	TELL(connect(c, (void *)&at, length));
	TELL(send(c, "x", 1, 0));
	TELL(recv(c, b, 1, 0));
	TELL(listen(l, 1));
	TELL(getsockopt(l, SOL_SOCKET, SO_ACCEPTCONN, &v, &n));
	printf("%d\n", v);
	TELL(getsockopt(c, SOL_SOCKET, SO_TYPE, &v, &n));
	printf("%d\n", v == SOCK_SEQPACKET);
	struct pollfd p = { l, POLLIN, 0 };
	TELL(poll(&p, 1, 0));
	TELL(connect(c, (void *)&at, length));
	TELL(connect(c, (void *)&at, length));
	TELL(poll(&p, 1, 0));
	printf("%x\n", p.revents & POLLIN);
	TELL(send(c, "before it is accepted", 21, 0));
	struct sockaddr_un from = { 0 };
	n = sizeof from;
	int s = accept4(l, (void *)&from, &n, SOCK_CLOEXEC);
	printf("%d %d %d\n", s >= 0, (int)n, from.sun_family);
	TELL(recv(s, b, 64, 0));
	TELL(send(c, "one", 3, 0));
	TELL(send(c, "two two", 7, 0));
	TELL(recv(s, b, 64, 0));
	TELL(recv(s, b, 3, 0));
	TELL(recv(s, b, 64, MSG_DONTWAIT));
	n = sizeof from;
	TELL(getpeername(c, (void *)&from, &n));
	printf("%s %d\n", from.sun_path, (int)n);
	n = sizeof from;
	TELL(getsockname(s, (void *)&from, &n));
	printf("%s\n", from.sun_path);
	n = sizeof from;
	TELL(getpeername(s, (void *)&from, &n));
	printf("%d\n", (int)n);
	struct ucred u;
	n = sizeof u;
	TELL(getsockopt(s, SOL_SOCKET, SO_PEERCRED, &u, &n));
	printf("%d %d %d\n", u.pid == getpid(), (int)u.uid, (int)u.gid);
	n = sizeof u;
	TELL(getsockopt(c, SOL_SOCKET, SO_PEERCRED, &u, &n));
	printf("%d\n", u.pid == getpid());
	close(s);
	TELL(recv(c, b, 64, 0));
	TELL(send(c, "x", 1, 0));
	close(c);
	/* Of other kinds. */
	int stream = socket(AF_UNIX, SOCK_STREAM, 0), datagram = socket(AF_UNIX, SOCK_DGRAM, 0);
	TELL(connect(stream, (void *)&at, length));
	TELL(connect(datagram, (void *)&at, length));
	TELL(sendto(datagram, "x", 1, 0, (void *)&at, length));
	TELL(listen(datagram, 1));
	TELL(accept(datagram, NULL, NULL));
	named("stream", 0);
	TELL(bind(stream, (void *)&at, length));
	TELL(listen(stream, 1));
	c = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	TELL(connect(c, (void *)&at, length));
	/* In the abstract, with several processes; one that is closed refuses who waits. */
	named("abstract", 1);
	int a = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	TELL(bind(a, (void *)&at, length));
	TELL(listen(a, 2));
	fflush(stdout);
	for (int i = 0; i < 3; i++) {
		if (fork() == 0) {
			int k = socket(AF_UNIX, SOCK_SEQPACKET, 0);
			if (connect(k, (void *)&at, length) < 0) _exit(errno);
			send(k, "hello there", 6 + i, 0);
			long got = recv(k, b, 64, 0);
			_exit(got == 6 + i ? 0 : 1);
		}
	}
	for (int i = 0; i < 3; i++) {
		int k = accept(a, NULL, NULL);
		long got = recv(k, b, 64, 0);
		send(k, b, got, 0);
		close(k);
	}
	int status;
	while (wait(&status) > 0) printf("%x\n", status);
	c = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);
	TELL(connect(c, (void *)&at, length));
	close(a);
	TELL(recv(c, b, 64, 0) <= 0);
	return 0;
}
