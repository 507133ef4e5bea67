/* Names of hosts and users, addresses and their texts, sockets of the internet domain over the loopback. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tell.h"

static void texts(void)
{
	const char *v4[] = { "127.0.0.1", "1.2.3", "256.1.1.1", "0x7f.1", "1.2.3.4.5", "", "010.0.0.1" };
	for (size_t i = 0; i < sizeof v4 / sizeof *v4; i++) {
		struct in_addr a = { 0 };
		int p = inet_pton(AF_INET, v4[i], &a);
		printf("%s: %d %08x", v4[i], p, p == 1 ? ntohl(a.s_addr) : 0);
		a.s_addr = 0;
		p = inet_aton(v4[i], &a);
		printf(" %d %08x\n", p, p ? ntohl(a.s_addr) : 0);
	}
	const char *v6[] = { "::1", "::", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4", "1::8", "1:2", "fe80::1:2:3:4", "::1::2", "12345::", "2001:db8::" };
	for (size_t i = 0; i < sizeof v6 / sizeof *v6; i++) {
		unsigned char a[16];
		char b[INET6_ADDRSTRLEN];
		int p = inet_pton(AF_INET6, v6[i], a);
		printf("%s: %d %s\n", v6[i], p, p == 1 ? inet_ntop(AF_INET6, a, b, sizeof b) : "-");
	}
	char small[4];
	errno = 0;
	printf("%d", inet_ntop(AF_INET, &(struct in_addr){ 0x0100007f }, small, 4) != NULL);
	printf(" %d\n", errno == ENOSPC);
	printf("%s %x %x\n", inet_ntoa((struct in_addr){ htonl(0x01020304) }), htons(0x1234) == 0x3412, inet_addr("bad"));
	errno = 0;
	int p = inet_pton(99, "1", small);
	printf("%d %d\n", p, errno);
}

static void hosts(void)
{
	struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM }, *list;
	int r = getaddrinfo("localhost", "80", &hints, &list);
	printf("%d", r);
	if (!r) {
		struct sockaddr_in *a = (void *)list->ai_addr;
		printf(" %d %08x %d %d", list->ai_family, ntohl(a->sin_addr.s_addr), ntohs(a->sin_port), list->ai_protocol);
		char host[64], service[16];
		printf(" %d", getnameinfo(list->ai_addr, list->ai_addrlen, host, 64, service, 16, NI_NUMERICHOST | NI_NUMERICSERV));
		printf(" %s %s", host, service);
		freeaddrinfo(list);
	}
	printf("\n");
	hints.ai_flags = AI_NUMERICHOST;
	printf("%d\n", getaddrinfo("localhost", NULL, &hints, &list) == EAI_NONAME);
	hints.ai_flags = AI_PASSIVE;
	r = getaddrinfo(NULL, "8080", &hints, &list);
	printf("%d %08x\n", r, r ? 1 : ntohl(((struct sockaddr_in *)list->ai_addr)->sin_addr.s_addr));
	hints.ai_flags = 0;
	r = getaddrinfo(NULL, "8080", &hints, &list);
	printf("%d %08x\n", r, r ? 1 : ntohl(((struct sockaddr_in *)list->ai_addr)->sin_addr.s_addr));
	printf("%d\n", getaddrinfo(NULL, NULL, &hints, &list) == EAI_NONAME);
	hints.ai_family = 99;
	printf("%d\n", getaddrinfo("127.0.0.1", "1", &hints, &list) == EAI_FAMILY);
	struct hostent *h = gethostbyname("127.0.0.1");
	printf("%s %d %d\n", h->h_name, h->h_addrtype, h->h_length);
	struct passwd *p = getpwuid(0);
	printf("%s %s %d\n", p->pw_name, p->pw_dir, (int)p->pw_gid);
	printf("%d\n", (int)getpwnam("nobody")->pw_uid);
	printf("%d\n", getpwnam("missing") == NULL);
	printf("%s\n", getgrgid(0)->gr_name);
	printf("%d\n", getgrnam("none") == NULL);
}

static int port_of(int fd)
{
	struct sockaddr_in a;
	socklen_t n = sizeof a;
	getsockname(fd, (void *)&a, &n);
	return ntohs(a.sin_port);
}

static void streams(void)
{
	int l = socket(AF_INET, SOCK_STREAM, 0), one = 1, got;
	socklen_t n = sizeof got;
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	TELL(setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one));
	TELL(getsockopt(l, SOL_SOCKET, SO_REUSEADDR, &got, &n));
	TELL(getsockopt(l, SOL_SOCKET, SO_TYPE, &got, &n));
	printf("%d %d\n", got, (int)n);
	TELL(bind(l, (void *)&a, sizeof a));
	TELL(bind(l, (void *)&a, sizeof a));
	TELL(port_of(l) > 0);
	TELL(accept(l, NULL, NULL));
	TELL(listen(l, 2));
	TELL(getsockopt(l, SOL_SOCKET, SO_ACCEPTCONN, &got, &n));
	printf("%d\n", got);
	a.sin_port = htons(port_of(l));
	int c = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	TELL(send(c, "x", 1, MSG_NOSIGNAL));
	TELL(recv(c, &got, 1, 0));
	TELL(getpeername(c, (void *)&a, &(socklen_t){ sizeof a }));
	TELL(connect(c, (void *)&a, sizeof a));
	TELL(connect(c, (void *)&a, sizeof a));
	struct sockaddr_in peer;
	n = sizeof peer;
	int s = accept4(l, (void *)&peer, &n, SOCK_NONBLOCK);
	printf("%d %d %d %d\n", s >= 0, (int)n, peer.sin_family, ntohs(peer.sin_port) == port_of(c));
	char b[100];
	TELL(recv(s, b, 100, 0));
	TELL(send(c, "hello world", 11, 0));
	struct pollfd p = { s, POLLIN | POLLOUT, 0 };
	TELL(poll(&p, 1, 1000));
	printf("%x\n", p.revents);
	TELL(recv(s, b, 5, MSG_PEEK));
	TELL(recv(s, b, 5, 0));
	TELL(recv(s, b, 100, MSG_DONTWAIT));
	printf("%.6s\n", b);
	TELL(setsockopt(c, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one));
	n = sizeof got;
	TELL(getsockopt(c, IPPROTO_TCP, TCP_NODELAY, &got, &n));
	printf("%d\n", got != 0);
	TELL(getsockopt(c, SOL_SOCKET, SO_ERROR, &got, &n));
	printf("%d\n", got);
	TELL(setsockopt(c, SOL_SOCKET, 9999, &one, sizeof one));
	TELL(setsockopt(c, SOL_SOCKET, SO_KEEPALIVE, &one, 1));
	TELL(shutdown(c, SHUT_WR));
	TELL(send(c, "x", 1, MSG_NOSIGNAL));
	TELL(recv(s, b, 100, 0));
	p.revents = 0;
	TELL(poll(&p, 1, 0));
	printf("%x\n", p.revents & ~POLLWRNORM);
	TELL(send(s, "back", 4, 0));
	TELL(recv(c, b, 4, MSG_WAITALL));
	TELL(shutdown(s, 9));
	close(s);
	TELL(recv(c, b, 100, 0));
	close(c);
	TELL(shutdown(l, SHUT_RDWR));
	close(l);
	c = socket(AF_INET, SOCK_STREAM, 0);
	TELL(connect(c, (void *)&a, sizeof a));
	a.sin_family = AF_UNIX;
	TELL(connect(c, (void *)&a, sizeof a));
	TELL(connect(c, (void *)&a, 3));
	TELL(bind(c, (void *)&a, 3));
	int file = open("/dev/null", O_RDONLY);
	TELL(listen(file, 1));
	close(file);
	TELL(socket(AF_INET, 77, 0));
	TELL(socket(99, SOCK_STREAM, 0));
	TELL(socket(AF_INET, SOCK_STREAM, IPPROTO_UDP));
	close(c);
}

static void datagrams(void)
{
	int a = socket(AF_INET, SOCK_DGRAM, 0), b = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) }, from;
	TELL(bind(a, (void *)&at, sizeof at));
	at.sin_port = htons(port_of(a));
	char buffer[100];
	TELL(recv(a, buffer, 100, MSG_DONTWAIT));
	TELL(send(b, "x", 1, 0));
	TELL(sendto(b, "datagram", 8, 0, (void *)&at, sizeof at));
	TELL(sendto(b, "", 0, 0, (void *)&at, sizeof at));
	socklen_t n = sizeof from;
	TELL(recvfrom(a, buffer, 4, MSG_TRUNC, (void *)&from, &n));
	printf("%d %d\n", ntohs(from.sin_port) == port_of(b), (int)n);
	TELL(recv(a, buffer, 100, 0));
	TELL(connect(a, (void *)&from, sizeof from));
	TELL(send(a, "answer", 6, 0));
	TELL(recv(b, buffer, 100, 0));
	struct timeval t = { 0, 30000 };
	TELL(setsockopt(b, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t));
	TELL(recv(b, buffer, 100, 0));
	fd_set set;
	FD_ZERO(&set);
	FD_SET(b, &set);
	t = (struct timeval){ 0, 10000 };
	TELL(select(b + 1, &set, NULL, NULL, &t));
	printf("%d\n", FD_ISSET(b, &set) != 0);
	FD_SET(b, &set);
	TELL(select(b + 1, NULL, &set, NULL, NULL));
	TELL(listen(a, 1));
	TELL(sendto(b, buffer, 70000, 0, (void *)&at, sizeof at));
	close(a);
	close(b);
}

static void later(void)
{
	int l = socket(AF_INET, SOCK_STREAM, 0), c = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), e;
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	bind(l, (void *)&a, sizeof a);
	listen(l, 5);
	a.sin_port = htons(port_of(l));
	int r = connect(c, (void *)&a, sizeof a);
	printf("%d\n", r == 0 || errno == EINPROGRESS);
	struct pollfd p = { c, POLLOUT, 0 };
	TELL(poll(&p, 1, 1000));
	socklen_t n = sizeof e;
	getsockopt(c, SOL_SOCKET, SO_ERROR, &e, &n);
	printf("%d\n", e);
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		int s = accept(l, NULL, NULL);
		char b[64];
		long got, total = 0;
		while ((got = read(s, b, 64)) > 0) total += got;
		dprintf(s, "%ld", total);
		_exit(0);
	}
	fcntl(c, F_SETFL, 0);
	char big[20000] = { 0 };
	for (int i = 0; i < 10; i++) if (write(c, big, sizeof big) != sizeof big) printf("short\n");
	shutdown(c, SHUT_WR);
	char b[32] = "";
	long total = 0, got;
	while ((got = read(c, b + total, 31 - total)) > 0) total += got;
	printf("%s\n", b);
	waitpid(child, NULL, 0);
}

int main(void)
{
	texts();
	hosts();
	streams();
	datagrams();
	later();
	return 0;
}
