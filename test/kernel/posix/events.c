/* epoll, eventfd, timerfd, pidfd. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "tell.h"

static int epoll;
static struct epoll_event found[8];

static int control(int operation, int fd, unsigned events, int value)
{
	struct epoll_event event = { .events = events, .data.u64 = 0x100000000ull + value };
	return epoll_ctl(epoll, operation, fd, &event);
}

static void show(int timeout)
{
	int count = epoll_wait(epoll, found, 8, timeout);
	printf("%d:", count);
	for (int i = 0; i < count; i++) printf(" %x/%llu", found[i].events, (unsigned long long)found[i].data.u64 - 0x100000000ull);
	printf("\n");
}

static void *later(void *fd)
{
	usleep(20000);
	write((int)(intptr_t)fd, "x", 1);
	return NULL;
}

static uint64_t value_of(int fd)
{
	uint64_t value = 0;
	errno = 0;
	if (read(fd, &value, 8) < 0) value = 1000 + errno;
	return value;
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	int ends[2], pair[2], one[2];
	char byte;
	epoll = epoll_create1(EPOLL_CLOEXEC);
	printf("cloexec %d\n", fcntl(epoll, F_GETFD));
	pipe(ends);
	TELL(control(EPOLL_CTL_ADD, ends[0], EPOLLIN, 1));
	TELL(control(EPOLL_CTL_ADD, ends[0], EPOLLIN, 1));
	TELL(control(EPOLL_CTL_MOD, ends[1], EPOLLIN, 1));
	TELL(control(EPOLL_CTL_DEL, ends[1], 0, 1));
	TELL(control(EPOLL_CTL_ADD, epoll, EPOLLIN, 1));
	TELL(control(EPOLL_CTL_ADD, 999, EPOLLIN, 1));
	TELL(control(99, ends[0], EPOLLIN, 1));
	int file = open("/tmp", O_RDONLY);
	TELL(control(EPOLL_CTL_ADD, file, EPOLLIN, 1));
	TELL(epoll_wait(epoll, found, 0, 0));
	TELL(epoll_wait(ends[0], found, 8, 0));
	show(0);
	write(ends[1], "ab", 2);
	show(0), show(0);
	read(ends[0], &byte, 1);
	show(-1);
	read(ends[0], &byte, 1);
	show(0);
	pthread_t thread;
	pthread_create(&thread, NULL, later, (void *)(intptr_t)ends[1]);
	show(-1);
	pthread_join(thread, NULL);
	read(ends[0], &byte, 1);

	/* Edges and one shots. */
	TELL(control(EPOLL_CTL_MOD, ends[0], EPOLLIN | EPOLLET, 2));
	write(ends[1], "a", 1);
	show(0);
	write(ends[1], "b", 1);
	show(0);
	read(ends[0], &byte, 1), read(ends[0], &byte, 1);
	show(0);
	TELL(control(EPOLL_CTL_MOD, ends[0], EPOLLIN | EPOLLONESHOT, 3));
	write(ends[1], "a", 1);
	show(0), show(0);
	TELL(control(EPOLL_CTL_MOD, ends[0], EPOLLIN | EPOLLONESHOT, 4));
	show(0);
	TELL(control(EPOLL_CTL_MOD, ends[0], EPOLLIN, 5));

	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	TELL(control(EPOLL_CTL_ADD, pair[0], EPOLLIN | EPOLLOUT | EPOLLRDHUP, 6));
	show(0);
	write(pair[1], "x", 1);
	show(0);
	read(pair[0], &byte, 1);
	shutdown(pair[1], SHUT_WR);
	show(0);
	close(pair[1]);
	show(0);
	/* One within another. */
	int outer = epoll_create1(0), inner = epoll;
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = 0x100000009ull };
	TELL(epoll_ctl(outer, EPOLL_CTL_ADD, inner, &event));
	TELL(epoll_ctl(inner, EPOLL_CTL_ADD, outer, &event));
	epoll = outer;
	show(0);
	epoll = inner;
	close(pair[0]), read(ends[0], &byte, 1);
	show(0);
	struct pollfd poller = { outer, POLLIN, 0 };
	TELL(poll(&poller, 1, 0));
	write(ends[1], "x", 1);
	TELL(poll(&poller, 1, 0));
	int copy = dup(ends[0]);
	close(ends[0]);
	show(0);
	close(copy);
	show(0);
	close(ends[1]);
	show(0);

	int counter = eventfd(3, EFD_NONBLOCK);
	TELL(control(EPOLL_CTL_ADD, counter, EPOLLIN | EPOLLOUT, 7));
	show(0);
	printf("%llu", (unsigned long long)value_of(counter)); printf(" %llu\n", (unsigned long long)value_of(counter));
	uint64_t most = UINT64_MAX - 1, too_much = UINT64_MAX, add = 5;
	TELL(write(counter, &too_much, 8));
	TELL(write(counter, &most, 8));
	show(0);
	TELL(write(counter, &add, 8));
	TELL(write(counter, &add, 4));
	printf("%d\n", value_of(counter) == most);
	int semaphore = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK);
	printf("%llu", (unsigned long long)value_of(semaphore)); printf(" %llu", (unsigned long long)value_of(semaphore)); printf(" %llu\n", (unsigned long long)value_of(semaphore));

	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	struct itimerspec often = { { 0, 5000000 }, { 0, 5000000 } }, now;
	printf("%llu\n", (unsigned long long)value_of(timer));
	TELL(timerfd_settime(timer, 0, &often, NULL));
	TELL(control(EPOLL_CTL_DEL, counter, 0, 0));
	TELL(control(EPOLL_CTL_ADD, timer, EPOLLIN, 8));
	show(-1);
	usleep(30000);
	printf("several %d\n", value_of(timer) >= 5);
	TELL(timerfd_gettime(timer, &now)); printf("%ld %d\n", now.it_interval.tv_nsec, now.it_value.tv_nsec > 0);
	TELL(timerfd_settime(timer, 0, &(struct itimerspec){ 0 }, NULL));
	fcntl(timer, F_SETFL, 0);
	struct itimerspec past = { { 0, 0 }, { 0, 1 } };
	TELL(timerfd_settime(timer, TFD_TIMER_ABSTIME, &past, NULL));
	printf("%llu\n", (unsigned long long)value_of(timer));
	TELL(timerfd_create(99, 0));
	TELL(timerfd_gettime(counter, &now));

	pid_t child = fork();
	if (!child) pause(), _exit(1);
	int process = syscall(SYS_pidfd_open, child, 0);
	poller = (struct pollfd){ process, POLLIN, 0 };
	TELL(poll(&poller, 1, 0));
	siginfo_t ended = { 0 };
	int hurried = syscall(SYS_pidfd_open, child, O_NONBLOCK);
	TELL(waitid(P_PIDFD, hurried, &ended, WEXITED));
	TELL(waitid(P_PIDFD, hurried, &ended, WEXITED | WNOHANG));
	TELL(syscall(SYS_pidfd_send_signal, process, SIGTERM, NULL, 0));
	TELL(poll(&poller, 1, -1));
	TELL(waitid(P_PIDFD, process, &ended, WEXITED | WNOWAIT));
	printf("by %d, child %d\n", ended.si_status, ended.si_pid == child);
	int status;
	waitpid(child, &status, 0);
	printf("ended by %d\n", WTERMSIG(status));
	TELL(syscall(SYS_pidfd_send_signal, process, 0, NULL, 0));
	TELL(waitid(P_PIDFD, process, &ended, WEXITED));
	TELL(waitid(P_PIDFD, 99, &ended, WEXITED));
	TELL(waitid(P_PIDFD, 0, &ended, WEXITED));
	TELL(syscall(SYS_pidfd_open, -1, 0));
	return 0;
}
