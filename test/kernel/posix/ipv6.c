/* Sockets of IPv6 over the loopback, and IPv4 by them. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tell.h"

static struct sockaddr_in6 six(const char *host, int port)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	inet_pton(AF_INET6, host, &a.sin6_addr);
	return a;
}
static struct sockaddr_in four(const char *host, int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };
	inet_pton(AF_INET, host, &a.sin_addr);
	return a;
}
static int known[8], count;
static void show(const char *what, struct sockaddr_storage *a, socklen_t n)
{
	char b[64] = "";
	int port = ntohs(((struct sockaddr_in *)a)->sin_port), at = 0;
	inet_ntop(a->ss_family, a->ss_family == AF_INET ? (void *)&((struct sockaddr_in *)a)->sin_addr : (void *)&((struct sockaddr_in6 *)a)->sin6_addr, b, 64);
	if (port) {
		for (; at < count && known[at] != port; at++);
		if (at == count) known[count++] = port;
	}
	printf("%s: %d %s port %s%d, %d bytes\n", what, a->ss_family, b, port ? "#" : "", port ? at : 0, (int)n);
}
static void local(int fd) { struct sockaddr_storage a = { 0 }; socklen_t n = sizeof a; if (getsockname(fd, (void *)&a, &n) < 0) printf("local: errno %d\n", errno); else show("local", &a, n); }
static void peer(int fd) { struct sockaddr_storage a = { 0 }; socklen_t n = sizeof a; if (getpeername(fd, (void *)&a, &n) < 0) printf("peer: errno %d\n", errno); else show("peer", &a, n); }
static int port_of(int fd) { struct sockaddr_storage a; socklen_t n = sizeof a; getsockname(fd, (void *)&a, &n); return ntohs(((struct sockaddr_in *)&a)->sin_port); }

static int listening(const char *host, int only)
{
	int s = socket(AF_INET6, SOCK_STREAM, 0), one = only;
	if (setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one) < 0) printf("only: errno %d\n", errno);
	struct sockaddr_in6 a = six(host, 0);
	TELL(bind(s, (void *)&a, sizeof a));
	TELL(listen(s, 5));
	local(s);
	return s;
}
static void meet(int l, int family, const char *host)
{
	struct sockaddr_in6 a6 = six(family == AF_INET6 ? host : "::", port_of(l));
	struct sockaddr_in a4 = four(family == AF_INET ? host : "0.0.0.0", port_of(l));
	int c = socket(family, SOCK_STREAM, 0), r = family == AF_INET6 ? connect(c, (void *)&a6, sizeof a6) : connect(c, (void *)&a4, sizeof a4);
	printf("to %s: %d\n", host, r < 0 ? errno : 0);
	if (r == 0) {
		local(c);
		peer(c);
		struct sockaddr_storage from = { 0 };
		socklen_t n = sizeof from;
		int s = accept(l, (void *)&from, &n);
		show("from", &from, n);
		local(s);
		char b[8] = "";
		write(c, "hello", 5);
		TELL(read(s, b, 8));
		close(s);
	}
	close(c);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	int any = listening("::", 0);
	meet(any, AF_INET6, "::1");
	meet(any, AF_INET6, "::");
	meet(any, AF_INET, "127.0.0.1");
	meet(any, AF_INET6, "::ffff:127.0.0.1");
	int only = listening("::", 1);
	meet(only, AF_INET6, "::1");
	meet(only, AF_INET, "127.0.0.1");
	int loop = listening("::1", 0);
	meet(loop, AF_INET6, "::1");
	meet(loop, AF_INET, "127.0.0.1");
	meet(loop, AF_INET6, "::ffff:127.0.0.1");
	int mapped = listening("::ffff:127.0.0.1", 0);
	meet(mapped, AF_INET, "127.0.0.1");
	meet(mapped, AF_INET6, "::1");

	int s = socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP), value;
	socklen_t n = sizeof value;
	local(s);
	peer(s);
	TELL(getsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &value, &n));
	printf("%d\n", value);
	TELL(getsockopt(s, SOL_SOCKET, SO_DOMAIN, &value, &n));
	printf("%d\n", value == AF_INET6);
	TELL(getsockopt(s, SOL_SOCKET, SO_PROTOCOL, &value, &n));
	printf("%d\n", value);
	struct sockaddr_in a4 = four("127.0.0.1", 0);
	struct sockaddr_in6 a6 = six("2001:db8::1", 0);
	TELL(bind(s, (void *)&a4, sizeof a4));
	TELL(bind(s, (void *)&a6, sizeof a6));
	TELL(bind(s, (void *)&a6, 20));
	a6 = six("::", port_of(any));
	TELL(bind(s, (void *)&a6, sizeof a6));
	a6 = six("::1", port_of(any));
	TELL(bind(s, (void *)&a6, sizeof a6));
	int v4 = socket(AF_INET, SOCK_STREAM, 0);
	a4 = four("0.0.0.0", port_of(any));
	TELL(bind(v4, (void *)&a4, sizeof a4));
	a4 = four("127.0.0.1", port_of(only));
	TELL(bind(v4, (void *)&a4, sizeof a4));
	a6 = six("::1", 9);
	TELL(connect(v4, (void *)&a6, sizeof a6));
	TELL(setsockopt(v4, IPPROTO_IPV6, IPV6_V6ONLY, &value, sizeof value) < 0);
	value = 1;
	TELL(setsockopt(any, IPPROTO_IPV6, IPV6_V6ONLY, &value, sizeof value));
	TELL(setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &value, sizeof value));
	a6 = six("::ffff:127.0.0.1", port_of(any));
	TELL(connect(s, (void *)&a6, sizeof a6));
	TELL(bind(s, (void *)&a6, sizeof a6));
	TELL(socket(AF_INET6, SOCK_SEQPACKET, 0));
	TELL(socket(AF_INET6, SOCK_STREAM, IPPROTO_UDP));

	/* Ports of their own. */
	count = 0;
	int u = socket(AF_INET6, SOCK_DGRAM, 0), v = socket(AF_INET6, SOCK_DGRAM, 0), w = socket(AF_INET, SOCK_DGRAM, 0);
	a6 = six("::", 0);
	TELL(bind(u, (void *)&a6, sizeof a6));
	local(u);
	char b[16];
	struct sockaddr_storage from;
	a6 = six("::1", port_of(u));
	TELL(sendto(v, "six", 3, 0, (void *)&a6, sizeof a6));
	n = sizeof from;
	TELL(recvfrom(u, b, 16, 0, (void *)&from, &n));
	show("from", &from, n);
	TELL(sendto(u, "back", 4, 0, (void *)&from, n));
	n = sizeof from;
	TELL(recvfrom(v, b, 16, 0, (void *)&from, &n));
	show("from", &from, n);
	a4 = four("127.0.0.1", port_of(u));
	TELL(sendto(w, "four", 4, 0, (void *)&a4, sizeof a4));
	n = sizeof from;
	TELL(recvfrom(u, b, 16, 0, (void *)&from, &n));
	show("from", &from, n);
	TELL(sendto(u, "back", 4, 0, (void *)&from, n));
	n = sizeof from;
	TELL(recvfrom(w, b, 16, 0, (void *)&from, &n));
	show("from", &from, n);
	TELL(connect(v, (void *)&a6, sizeof a6));
	local(v);
	peer(v);
	TELL(send(v, "x", 1, 0));
	TELL(recv(u, b, 16, 0));
	return 0;
}
