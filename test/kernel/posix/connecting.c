/* Connections asked for without waiting, of a listener whose queue is full. */
#define _GNU_SOURCE
#include "tell.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* Linux lets one more wait than the backlog says: the last of four is in nobody's queue. */
#define CLIENTS 4

static struct sockaddr_in address;

static int listener(void) {
	socklen_t length = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	bind(fd, (struct sockaddr *)&address, sizeof address);
	listen(fd, 1);
	getsockname(fd, (struct sockaddr *)&address, &length);
	return fd;
}

/** Linux may say EINPROGRESS for one that is connected at once. */
static int ask(int fd) {
	int result = connect(fd, (struct sockaddr *)&address, sizeof address);
	return result == 0 || errno == EINPROGRESS ? 0 : -1;
}

static int client(void) { return socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0); }

static int events_of(int fd, int timeout) {
	struct pollfd polled = {fd, POLLIN | POLLOUT, 0};
	poll(&polled, 1, timeout);
	return polled.revents;
}

static int error_of(int fd) {
	int error = -1;
	socklen_t length = sizeof error;
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
	return error;
}

static void fill(int *clients) {
	for (int i = 0; i < CLIENTS; i++) {
		clients[i] = client();
		TELL(ask(clients[i]));
	}
}

static void taken(void) {
	int clients[CLIENTS];
	int listening = listener();
	fill(clients);
	int last = clients[CLIENTS - 1];
	char byte;
	struct sockaddr_in peer;
	socklen_t length = sizeof peer;
	TELL(events_of(clients[0], 0) == POLLOUT);
	TELL(events_of(last, 0));
	TELL(connect(last, (struct sockaddr *)&address, sizeof address));
	TELL(send(last, "x", 1, MSG_NOSIGNAL));
	TELL(recv(last, &byte, 1, 0));
	TELL(getpeername(last, (struct sockaddr *)&peer, &length));
	TELL(listen(last, 1));
	TELL(error_of(last));
	int epoll = epoll_create1(0);
	struct epoll_event event = {EPOLLOUT, {.fd = last}};
	epoll_ctl(epoll, EPOLL_CTL_ADD, last, &event);
	TELL(epoll_wait(epoll, &event, 1, 0));
	int accepted[CLIENTS];
	for (int i = 0; i < CLIENTS; i++) accepted[i] = accept(listening, NULL, NULL);
	TELL(epoll_wait(epoll, &event, 1, 10000));
	TELL(event.events);
	TELL(events_of(last, 10000) == POLLOUT);
	TELL(error_of(last));
	TELL(getpeername(last, (struct sockaddr *)&peer, &length));
	TELL(peer.sin_port == address.sin_port);
	TELL(send(last, "x", 1, MSG_NOSIGNAL));
	/* In which order those that waited come is nobody's affair. */
	int heard = 0;
	for (int i = 0; i < CLIENTS; i++) heard += (events_of(accepted[i], i == CLIENTS - 1 ? 10000 : 100) & POLLIN) != 0;
	TELL(heard);
	for (int i = 0; i < CLIENTS; i++) close(accepted[i]), close(clients[i]);
	close(epoll);
	close(listening);
}

static void refused(void) {
	int clients[CLIENTS];
	char byte;
	int listening = listener();
	fill(clients);
	int last = clients[CLIENTS - 1];
	TELL(events_of(last, 0));
	close(listening);
	TELL(events_of(last, 10000) == (POLLIN | POLLOUT | POLLERR | POLLHUP));
	TELL(error_of(last));
	TELL(error_of(last));
	TELL(recv(last, &byte, 1, 0) <= 0);
	for (int i = 0; i < CLIENTS; i++) close(clients[i]);
	listening = listener();
	fill(clients);
	last = clients[CLIENTS - 1];
	close(listening);
	events_of(last, 10000);
	TELL(send(last, "x", 1, MSG_NOSIGNAL));
	TELL(send(last, "x", 1, MSG_NOSIGNAL));
	for (int i = 0; i < CLIENTS; i++) close(clients[i]);
}

static void given_up(void) {
	int clients[CLIENTS];
	int listening = listener();
	fill(clients);
	int last = clients[CLIENTS - 1];
	TELL(shutdown(last, SHUT_RDWR));
	TELL(shutdown(last, SHUT_RDWR));
	TELL(close(last));
	for (int i = 0; i < CLIENTS - 1; i++) close(clients[i]);
	close(listening);
}

/* One that is connected stays so, and its bytes come. */
static void connected_already(void) {
	int clients[CLIENTS];
	char byte = 0;
	int listening = listener();
	fill(clients);
	struct sockaddr_in full = address;
	int other = listener(), mine = socket(AF_INET, SOCK_STREAM, 0);
	TELL(connect(mine, (struct sockaddr *)&address, sizeof address));
	int theirs = accept(other, NULL, NULL);
	fcntl(mine, F_SETFL, O_NONBLOCK);
	TELL(connect(mine, (struct sockaddr *)&full, sizeof full));
	fcntl(mine, F_SETFL, 0);
	TELL(connect(mine, (struct sockaddr *)&full, sizeof full));
	TELL(send(mine, "x", 1, 0));
	TELL(recv(theirs, &byte, 1, 0));
	TELL(byte == 'x');
	for (int i = 0; i < CLIENTS; i++) close(clients[i]);
	close(mine), close(theirs), close(other), close(listening);
}

static void waiting(void) {
	int clients[CLIENTS];
	int listening = listener();
	fill(clients);
	int last = clients[CLIENTS - 1];
	if (fork() == 0) {
		for (int i = 0; i < CLIENTS; i++) accept(listening, NULL, NULL);
		_exit(0);
	}
	fcntl(last, F_SETFL, 0);
	TELL(connect(last, (struct sockaddr *)&address, sizeof address));
	TELL(send(last, "x", 1, MSG_NOSIGNAL));
	TELL(connect(last, (struct sockaddr *)&address, sizeof address));
}

int main(void) {
	taken();
	refused();
	given_up();
	connected_already();
	waiting();
	return 0;
}
