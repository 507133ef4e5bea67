/*
 * Producers and consumers of numbered messages, in threads or in processes, over a pipe, a socket or a queue behind futexes, each
 * waiting in a way of its own and pausing as its seed says. Tells whether every message came once and in its producer's order; one that
 * waits for a wake that was lost is ended by an alarm.
 *
 * With a window, no more than so many messages are on their way: what follows a lost wake cannot make up for it.
 *
 * interleave TRANSPORT PARTIES PRODUCERS CONSUMERS MESSAGES PRODUCER-WAITS CONSUMER-WAITS WINDOW SEED
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST 8
/* Seconds. A run takes one of them at most where two share a processor. */
#define PATIENCE 20

struct message {
	int producer, number, sum, last;
};

struct party {
	pthread_t thread;
	int index, producer;
	unsigned random;
	int count, wrong;
};

static const char *transport, *producer_waits, *consumer_waits;
static int producers, consumers, messages, threads, window;
static int in, out;
/* A byte for each message that may be sent. */
static int credits[2];

/* A bounded queue: two semaphores, or a condition each, by what the producers are told. */
#define ROOM 4
static struct message queue[ROOM];
static unsigned queued, taken;
static int closed;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER, emptied = PTHREAD_COND_INITIALIZER;

static void fail(const char *what)
{
	perror(what);
	_exit(1);
}

static unsigned next(struct party *self)
{
	return self->random = self->random * 1664525u + 1013904223u;
}

static void dawdle(struct party *self)
{
	switch (next(self) >> 29) {
	case 0: usleep(next(self) >> 23); break;
	case 1: sched_yield(); break;
	case 2: for (volatile unsigned i = next(self) >> 18; i > 0; i--); break;
	}
}

static void wait_for(int fd, int writes, const char *how, int epoll)
{
	if (!strcmp(how, "poll")) {
		struct pollfd poller = { fd, writes ? POLLOUT : POLLIN, 0 };
		if (poll(&poller, 1, -1) != 1 && errno != EINTR) fail("poll");
	} else if (!strcmp(how, "select")) {
		fd_set set;
		FD_ZERO(&set);
		FD_SET(fd, &set);
		if (select(fd + 1, writes ? NULL : &set, writes ? &set : NULL, NULL, NULL) != 1 && errno != EINTR) fail("select");
	} else {
		struct epoll_event event;
		if (epoll_wait(epoll, &event, 1, -1) < 0 && errno != EINTR) fail("epoll_wait");
	}
}

static int watch(int fd, int writes, const char *how)
{
	if (strncmp(how, "epoll", 5)) return -1;
	int epoll = epoll_create1(0);
	struct epoll_event event = { .events = writes ? EPOLLOUT : EPOLLIN };
	if (!strcmp(how, "epoll-edge")) event.events |= EPOLLET;
	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event)) fail("epoll");
	return epoll;
}

static void put(struct party *self, const struct message *message, int epoll)
{
	if (!strcmp(transport, "queue")) {
		pthread_mutex_lock(&lock);
		while (queued - taken == ROOM) pthread_cond_wait(&emptied, &lock);
		queue[queued++ % ROOM] = *message;
		pthread_cond_signal(&filled);
		pthread_mutex_unlock(&lock);
		return;
	}
	char credit;
	while (window && read(credits[0], &credit, 1) != 1) if (errno != EINTR) fail("credit");
	for (;;) {
		ssize_t sent = write(out, message, sizeof *message);
		if (sent == sizeof *message) return;
		if (sent >= 0) fail("a part of a message");
		if (errno == EINTR) continue;
		if (errno != EAGAIN) fail("write");
		wait_for(out, 1, producer_waits, epoll);
	}
}

static int get(struct message *message, int epoll)
{
	if (!strcmp(transport, "queue")) {
		pthread_mutex_lock(&lock);
		while (queued == taken && !closed) pthread_cond_wait(&filled, &lock);
		int there = queued != taken;
		if (there) *message = queue[taken++ % ROOM];
		pthread_cond_signal(&emptied);
		pthread_mutex_unlock(&lock);
		return there;
	}
	for (;;) {
		ssize_t got = read(in, message, sizeof *message);
		if (got == sizeof *message) return 1;
		if (got == 0) return 0;
		if (got > 0) fail("a part of a message");
		if (errno == EINTR) continue;
		if (errno != EAGAIN) fail("read");
		wait_for(in, 0, consumer_waits, epoll);
	}
}

static void produce(struct party *self)
{
	int epoll = !strcmp(transport, "queue") ? -1 : watch(out, 1, producer_waits);
	for (int i = 0; i < messages; i++) {
		dawdle(self);
		struct message message = { self->index, i, self->index * 31 + i * 7, i == messages - 1 };
		put(self, &message, epoll);
	}
	self->count = messages;
}

static void consume(struct party *self)
{
	int epoll = !strcmp(transport, "queue") ? -1 : watch(in, 0, consumer_waits);
	int seen[MOST];
	memset(seen, -1, sizeof seen);
	struct message message;
	while (get(&message, epoll)) {
		if (message.sum != message.producer * 31 + message.number * 7 || message.number <= seen[message.producer]) self->wrong++;
		else seen[message.producer] = message.number;
		self->count++;
		/* EPIPE: all producers are done. */
		if (window && strcmp(transport, "queue") && write(credits[1], "c", 1) != 1 && errno != EPIPE) fail("credit");
		dawdle(self);
	}
}

static void *begin(void *argument)
{
	struct party *self = argument;
	if (self->producer) produce(self);
	else consume(self);
	return NULL;
}

int main(int argc, char **argv)
{
	if (argc != 10) return 2;
	transport = argv[1];
	threads = !strcmp(argv[2], "threads");
	producers = atoi(argv[3]), consumers = atoi(argv[4]), messages = atoi(argv[5]);
	producer_waits = argv[6], consumer_waits = argv[7];
	window = atoi(argv[8]);
	unsigned seed = strtoul(argv[9], NULL, 10);
	if (producers > MOST || consumers > MOST) return 2;
	alarm(PATIENCE);
	signal(SIGPIPE, SIG_IGN);
	int ends[2] = { -1, -1 };
	if (!strcmp(transport, "pipe")) {
		if (pipe(ends)) fail("pipe");
	} else if (strcmp(transport, "queue")) {
		if (socketpair(AF_UNIX, !strcmp(transport, "stream") ? SOCK_STREAM : SOCK_SEQPACKET, 0, ends)) fail("socketpair");
		int small = 4096;
		setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
	}
	in = ends[0], out = ends[1];
	if (in >= 0 && strcmp(consumer_waits, "block")) fcntl(in, F_SETFL, O_NONBLOCK);
	if (out >= 0 && strcmp(producer_waits, "block")) fcntl(out, F_SETFL, O_NONBLOCK);
	if (pipe(credits)) fail("pipe");
	for (int i = 0; i < window; i++) if (write(credits[1], "c", 1) != 1) fail("credit");
	struct party parties[2 * MOST];
	memset(parties, 0, sizeof parties);
	int results[2], all = producers + consumers, count = 0, wrong = 0;
	if (pipe(results)) fail("pipe");
	for (int i = 0; i < all; i++) {
		struct party *party = &parties[i];
		party->producer = i < producers;
		party->index = party->producer ? i : i - producers;
		party->random = seed + i * 7919;
		if (threads) {
			if (pthread_create(&party->thread, NULL, begin, party)) fail("pthread_create");
			continue;
		}
		pid_t pid = fork();
		if (pid < 0) fail("fork");
		if (pid) continue;
		/* A child does not inherit its parent's. */
		alarm(PATIENCE);
		close(party->producer ? in : out);
		close(credits[party->producer]);
		begin(party);
		if (!party->producer && write(results[1], &(int[2]){ party->count, party->wrong }, 8) != 8) fail("result");
		_exit(0);
	}
	if (threads) {
		for (int i = 0; i < producers; i++) pthread_join(parties[i].thread, NULL);
		pthread_mutex_lock(&lock);
		closed = 1;
		pthread_cond_broadcast(&filled);
		pthread_mutex_unlock(&lock);
		if (out >= 0) close(out);
		for (int i = producers; i < all; i++) {
			pthread_join(parties[i].thread, NULL);
			count += parties[i].count, wrong += parties[i].wrong;
		}
	} else {
		close(in), close(out), close(results[1]), close(credits[0]), close(credits[1]);
		for (int i = 0; i < all; i++) {
			int status;
			if (wait(&status) < 0 || status) printf("a party ended with %x\n", status);
		}
		for (int result[2]; read(results[0], result, sizeof result) == sizeof result;) count += result[0], wrong += result[1];
	}
	printf("%d of %d, %d wrong\n", count, producers * messages, wrong);
	return count != producers * messages || wrong;
}
