/* sendmsg and recvmsg: descriptors and credentials that travel, datagrams of both domains, messages that are cut. */
#define _GNU_SOURCE
#include "tell.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

union control { char bytes[CMSG_SPACE(sizeof(int) * 8) + CMSG_SPACE(sizeof(struct ucred))]; struct cmsghdr align; };

static long send_fds(int socket, const char *text, size_t length, const int *fds, int count)
{
	union control control;
	memset(&control, 0, sizeof control);
	struct iovec part = { (void *) text, length };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	if (count > 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(int) * count);
		memcpy(CMSG_DATA(header), fds, sizeof(int) * count);
	}
	return sendmsg(socket, &message, MSG_NOSIGNAL);
}

/* Says what came; the first descriptor, or -1. */
static int take(int socket, size_t length, size_t room, int flags)
{
	char text[256], second[4];
	union control control;
	struct iovec parts[2] = { { text, length > 4 ? length - 4 : length }, { second, length > 4 ? 4 : 0 } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2, .msg_control = room ? control.bytes : 0, .msg_controllen = room };
	errno = 0;
	long count = recvmsg(socket, &message, flags);
	if (count < 0) {
		printf("received %ld, errno %d\n", count, errno);
		return -1;
	}
	size_t first = parts[0].iov_len < (size_t) count ? parts[0].iov_len : (size_t) count;
	size_t rest = count - first < 4 ? count - first : 4;
	printf("received %ld: %.*s|%.*s flags %#x", count, (int) first, text, (int) rest, second, message.msg_flags);
	int result = -1;
	for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
		if (header->cmsg_type == SCM_CREDENTIALS) {
			struct ucred who;
			memcpy(&who, CMSG_DATA(header), sizeof who);
			printf(", from %s uid %d gid %d", who.pid == getpid() ? "itself" : who.pid == getppid() ? "its parent" : "another", who.uid, who.gid);
			continue;
		}
		int fds[8], many = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(fds, CMSG_DATA(header), many * sizeof(int));
		printf(", %d descriptors, close-on-exec %d", many, fcntl(fds[0], F_GETFD));
		result = fds[0];
		for (int i = 1; i < many; i++)
			close(fds[i]);
	}
	printf("\n");
	return result;
}

static void rights(int type)
{
	int ends[2], ports[2];
	printf("-- rights, type %d\n", type);
	TELL(socketpair(AF_UNIX, type, 0, ends));
	pipe(ports);
	TELL(send_fds(ends[0], "before", 6, 0, 0));
	TELL(send_fds(ends[0], "with a pipe", 11, &ports[1], 1));
	TELL(send_fds(ends[0], "after", 5, 0, 0));
	close(ports[1]);
	int peeked = take(ends[1], 200, sizeof(union control), MSG_PEEK);
	int fd = take(ends[1], 200, sizeof(union control), MSG_CMSG_CLOEXEC);
	if (peeked >= 0)
		close(peeked);
	if (fd < 0)
		fd = take(ends[1], 200, sizeof(union control), MSG_CMSG_CLOEXEC);
	TELL(write(fd, "through", 7));
	close(fd);
	char text[16] = "";
	TELL(read(ports[0], text, sizeof text));
	TELL(read(ports[0], text, sizeof text));
	take(ends[1], 200, sizeof(union control), 0);
	take(ends[1], 200, sizeof(union control), MSG_DONTWAIT);

	int three[3] = { ends[0], ends[1], ports[0] };
	TELL(send_fds(ends[0], "three", 5, three, 3));
	fd = take(ends[1], 200, CMSG_LEN(sizeof(int) * 2), 0);
	close(fd);
	TELL(send_fds(ends[0], "no room", 7, three, 3));
	take(ends[1], 200, 0, 0);
	int wrong = 77;
	TELL(send_fds(ends[0], "wrong", 5, &wrong, 1));
	/* A plain read loses them: the pipe's only writer is gone. */
	pipe(ports);
	TELL(send_fds(ends[0], "lost", 4, &ports[1], 1));
	close(ports[1]);
	TELL(read(ends[1], text, 2));
	TELL(read(ports[0], text, 1));
	if (type == SOCK_STREAM)
		TELL(read(ends[1], text, 9));
	/* So does whoever closes without having read. */
	pipe(ports);
	TELL(send_fds(ends[0], "unread", 6, &ports[1], 1));
	close(ports[1]);
	TELL(close(ends[1]));
	TELL(read(ports[0], text, 1));
	TELL(send_fds(ends[0], "nobody", 6, 0, 0));
	TELL(send_fds(ends[0], "nobody", 6, 0, 0));
	close(ends[0]);
}

static void credentials(int type)
{
	int ends[2], on = 1;
	printf("-- credentials, type %d\n", type);
	socketpair(AF_UNIX, type, 0, ends);
	TELL(setsockopt(ends[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on));
	fflush(stdout);
	if (fork() == 0) {
		take(ends[1], 100, sizeof(union control), 0);
		struct ucred peer;
		socklen_t size = sizeof peer;
		TELL(getsockopt(ends[1], SOL_SOCKET, SO_PEERCRED, &peer, &size));
		printf("peer: %s\n", type == SOCK_STREAM && peer.pid == getppid() ? "its parent" : "another");
		fflush(stdout);
		_exit(0);
	}
	TELL(send_fds(ends[0], "who is it", 9, 0, 0));
	fflush(stdout);
	wait(0);
}

static void messages(void)
{
	int ends[2], size;
	char text[64];
	printf("-- messages\n");
	TELL(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends));
	TELL(write(ends[0], "one", 3));
	TELL(write(ends[0], "", 0));
	TELL(send(ends[0], "a longer one", 12, 0));
	TELL(ioctl(ends[1], FIONREAD, &size));
	printf("%d\n", size);
	TELL(read(ends[1], text, 2));
	TELL(read(ends[1], text, 2));
	TELL(recv(ends[1], text, 3, MSG_TRUNC | MSG_PEEK));
	take(ends[1], 5, 0, 0);
	struct pollfd ready = { ends[1], POLLIN | POLLOUT };
	TELL(poll(&ready, 1, 0));
	printf("%#x\n", ready.revents);
	TELL(recv(ends[1], text, 3, MSG_DONTWAIT));
	static char large[400000];
	TELL(send(ends[0], large, sizeof large, 0));
	TELL(send(ends[0], large, 100000, 0));
	TELL(recv(ends[1], large, sizeof large, 0));
	TELL(listen(ends[0], 1));
	TELL(accept(ends[0], 0, 0));
	TELL(shutdown(ends[0], SHUT_WR));
	TELL(send(ends[0], "x", 1, MSG_NOSIGNAL));
	int type;
	socklen_t length = sizeof type;
	TELL(getsockopt(ends[0], SOL_SOCKET, SO_TYPE, &type, &length));
	printf("%d\n", type == SOCK_DGRAM);
}

static void paths(void)
{
	printf("-- paths\n");
	struct sockaddr_un server = { .sun_family = AF_UNIX }, client = { .sun_family = AF_UNIX }, from;
	char folder[] = "/tmp/messages-XXXXXX", text[32];
	mkdtemp(folder);
	snprintf(server.sun_path, sizeof server.sun_path, "%s/server", folder);
	snprintf(client.sun_path, sizeof client.sun_path, "%s/client", folder);
	int a = socket(AF_UNIX, SOCK_DGRAM, 0), b = socket(AF_UNIX, SOCK_DGRAM, 0), c = socket(AF_UNIX, SOCK_DGRAM, 0);
	TELL(sendto(b, "x", 1, 0, (void *) &server, sizeof server));
	TELL(send(b, "x", 1, 0));
	TELL(bind(a, (void *) &server, sizeof server));
	TELL(bind(c, (void *) &server, sizeof server));
	TELL(bind(b, (void *) &client, sizeof client));
	TELL(sendto(b, "hello", 5, 0, (void *) &server, sizeof server));
	socklen_t length = sizeof from;
	TELL(recvfrom(a, text, sizeof text, 0, (void *) &from, &length));
	printf("%zu %s\n", length - offsetof(struct sockaddr_un, sun_path) - strlen(folder), from.sun_path + strlen(folder));
	TELL(sendto(a, "back", 4, 0, (void *) &from, length));
	TELL(recv(b, text, sizeof text, 0));
	TELL(sendto(c, "unnamed", 7, 0, (void *) &server, sizeof server));
	length = sizeof from;
	TELL(recvfrom(a, text, sizeof text, 0, (void *) &from, &length));
	printf("%d\n", (int) length);
	TELL(connect(b, (void *) &server, sizeof server));
	TELL(connect(a, (void *) &client, sizeof client));
	TELL(sendto(c, "kept out", 8, 0, (void *) &server, sizeof server));
	TELL(send(b, "let in", 6, 0));
	TELL(recv(a, text, sizeof text, 0));
	int stream = socket(AF_UNIX, SOCK_STREAM, 0);
	TELL(connect(stream, (void *) &server, sizeof server));
	TELL(close(a));
	TELL(send(b, "gone", 4, 0));
	TELL(send(b, "gone", 4, 0));
	TELL(unlink(server.sun_path));
	TELL(unlink(client.sun_path));
	TELL(rmdir(folder));
}

static void udp(void)
{
	printf("-- udp\n");
	struct sockaddr_in server = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) }, from;
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	char text[32];
	int a = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP), b = socket(AF_INET, SOCK_DGRAM, 0), c = socket(AF_INET, SOCK_DGRAM, 0);
	TELL(socket(AF_INET, SOCK_DGRAM, IPPROTO_TCP));
	TELL(bind(a, (void *) &server, sizeof server));
	socklen_t length = sizeof server;
	TELL(getsockname(a, (void *) &server, &length));
	printf("%d\n", server.sin_port != 0);
	TELL(bind(c, (void *) &server, sizeof server));
	TELL(send(b, "x", 1, 0));
	TELL(sendto(b, "hello", 5, 0, (void *) &server, sizeof server));
	length = sizeof from;
	TELL(recvfrom(a, text, sizeof text, 0, (void *) &from, &length));
	printf("%s %d\n", inet_ntoa(from.sin_addr), (int) length);
	TELL(sendto(a, "back", 4, 0, (void *) &from, length));
	TELL(recv(b, text, sizeof text, 0));
	TELL(connect(b, (void *) &server, sizeof server));
	TELL(getpeername(b, (void *) &from, &length));
	printf("%d\n", from.sin_port == server.sin_port);
	TELL(getsockname(b, (void *) &from, &length));
	printf("%s\n", inet_ntoa(from.sin_addr));
	TELL(sendto(c, "a stranger's", 12, 0, (void *) &from, length));
	TELL(recv(b, text, sizeof text, MSG_DONTWAIT));
	static char large[70000];
	TELL(send(b, large, 65508, 0));
	TELL(send(b, large, 65507, 0));
	TELL(recv(a, large, sizeof large, 0));
	TELL(close(a));
	TELL(send(b, "nobody", 6, 0));
	TELL(recv(b, text, sizeof text, 0));
	TELL(send(b, "nobody", 6, 0));
	TELL(send(b, "nobody", 6, 0));
	TELL(connect(b, &none, sizeof none));
	TELL(getpeername(b, (void *) &from, &length));
	TELL(shutdown(b, SHUT_RD));
	int error;
	length = sizeof error;
	TELL(getsockopt(b, SOL_SOCKET, SO_ERROR, &error, &length));
	printf("%d\n", error);
}

/* A sender waits until there is room. */
static void room(void)
{
	printf("-- room\n");
	int ends[2], on = 1, sent = 0;
	static char large[20000];
	socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends);
	ioctl(ends[0], FIONBIO, &on);
	while (send(ends[0], large, sizeof large, 0) == sizeof large)
		sent++;
	printf("full: %d, errno %d\n", sent > 2 && sent < 100, errno);
	struct pollfd ready = { ends[0], POLLOUT };
	on = 0;
	ioctl(ends[0], FIONBIO, &on);
	fflush(stdout);
	if (fork() == 0) {
		close(ends[1]);
		for (int i = 0; i < 20; i++)
			if (send(ends[0], large, sizeof large, 0) != sizeof large)
				_exit(1);
		_exit(0);
	}
	close(ends[0]);
	int got = 0;
	while (read(ends[1], large, sizeof large) == sizeof large)
		got++;
	printf("all: %d\n", got == sent + 20);
	int status;
	wait(&status);
	printf("%d\n", status);
	ready.fd = ends[1];
	ready.events = POLLIN;
	TELL(poll(&ready, 1, 0));
	printf("%#x\n", ready.revents);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	rights(SOCK_STREAM);
	rights(SOCK_DGRAM);
	rights(SOCK_SEQPACKET);
	credentials(SOCK_STREAM);
	credentials(SOCK_DGRAM);
	messages();
	paths();
	udp();
	room();
	return 0;
}
