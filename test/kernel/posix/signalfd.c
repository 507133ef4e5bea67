/* signalfd: sets, what is told of a signal, waiting, polling, threads, and descriptors that are none. */
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
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "tell.h"

extern char **environ;
static struct signalfd_siginfo info[4];

static sigset_t set_of(int first, int second)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, first);
	if (second) sigaddset(&set, second);
	return set;
}

/* Reads into room for some, and tells of each. */
static void show(int fd, int room)
{
	memset(info, 0x55, sizeof info);
	errno = 0;
	ssize_t got = read(fd, info, room * sizeof *info);
	printf("read %zd, errno %d\n", got, got < 0 ? errno : 0);
	for (int i = 0; i < got / (ssize_t)sizeof *info; i++) {
		struct signalfd_siginfo *it = info + i;
		printf("signal %d code %d mine %d uid %u tid %u overrun %u status %d int %d fd %d errno %d band %u trap %u address %llu\n",
			it->ssi_signo >= (unsigned)SIGRTMIN ? 1000 + (int)it->ssi_signo - SIGRTMIN : (int)it->ssi_signo, it->ssi_code, it->ssi_pid == (uint32_t)getpid(), it->ssi_uid, it->ssi_tid, it->ssi_overrun,
			it->ssi_status, it->ssi_int, it->ssi_fd, it->ssi_errno, it->ssi_band, it->ssi_trapno,
			(unsigned long long)it->ssi_addr);
	}
}

static void *send_later(void *thread)
{
	nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, 0);
	if (thread) pthread_kill(*(pthread_t *)thread, SIGUSR1);
	else kill(getpid(), SIGUSR2);
	return 0;
}

static int ready(int fd, int timeout)
{
	struct pollfd look = { .fd = fd, .events = POLLIN | POLLOUT };
	int count = poll(&look, 1, timeout);
	return count * 100 + look.revents;
}

static void sets_and_flags(void)
{
	sigset_t set = set_of(SIGUSR1, SIGKILL);
	TELL(signalfd(-1, &set, ~(SFD_CLOEXEC | SFD_NONBLOCK)));
	TELL(signalfd(-2, &set, 0));
	TELL(signalfd(0, &set, 0));
	TELL(signalfd(77, &set, 0));
	int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), plain = signalfd(-1, &set, 0);
	printf("%d %d\n", fcntl(fd, F_GETFD), fcntl(fd, F_GETFL) & O_NONBLOCK);
	printf("%d %d\n", fcntl(plain, F_GETFD), fcntl(plain, F_GETFL) & O_NONBLOCK);
	TELL(write(fd, info, sizeof info));
	TELL(read(fd, info, sizeof *info - 1));
	TELL(pread(fd, info, sizeof info, 0));
	show(fd, 1);
	char link[64], text[64] = "";
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	printf("%d %s\n", (int)readlink(link, text, sizeof text - 1), text);
	/* Another set, by which another signal is told of. */
	raise(SIGUSR1);
	raise(SIGUSR2);
	set = set_of(SIGUSR2, 0);
	TELL(ready(fd, 0));
	printf("same %d\n", signalfd(fd, &set, 0) == fd);
	show(fd, 4);
	printf("%d\n", ready(fd, 0));
	show(plain, 4);
	close(fd);
	close(plain);
}

static void what_is_told(int fd)
{
	sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = 17 });
	sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = 18 });
	kill(getpid(), SIGUSR2);
	raise(SIGUSR1);
	alarm(0);
	show(fd, 3);
	show(fd, 3);
	timer_t timer;
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN, .sigev_value.sival_int = 9 };
	timer_create(CLOCK_MONOTONIC, &event, &timer);
	timer_settime(timer, 0, &(struct itimerspec){ .it_value.tv_nsec = 1000000 }, 0);
	show(fd, 1);
	timer_delete(timer);
	pid_t pid;
	posix_spawn(&pid, "/proc/self/exe", 0, 0, (char *[]){ "child", "7", 0 }, environ);
	memset(info, 0, sizeof info);
	read(fd, info, sizeof *info);
	printf("child %d: signal %u code %d status %d\n", info->ssi_pid == (uint32_t)pid, info->ssi_signo, info->ssi_code, info->ssi_status);
	waitpid(pid, 0, 0);
}

static void waiting(int fd)
{
	pthread_t self = pthread_self(), other;
	pthread_create(&other, 0, send_later, &self);
	show(fd, 1);
	pthread_join(other, 0);
	pthread_create(&other, 0, send_later, 0);
	printf("%d\n", ready(fd, 5000));
	pthread_join(other, 0);
	int epoll = epoll_create1(0);
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd }, found = { 0 };
	epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
	printf("%d", epoll_wait(epoll, &found, 1, 0));
	printf(" %d\n", found.events);
	show(fd, 1);
	printf("%d\n", epoll_wait(epoll, &found, 1, 0));
	pthread_create(&other, 0, send_later, 0);
	printf("%d\n", epoll_wait(epoll, &found, 1, 5000));
	pthread_join(other, 0);
	show(fd, 1);
}

/* What was sent to another thread is not for this one. */
static void *look(void *fd)
{
	printf("other thread %d\n", ready(*(int *)fd, 0));
	return 0;
}

static void caught(int signal)
{
	(void)signal;
}

int main(int count, char **arguments)
{
	if (count > 1) return atoi(arguments[1]);
	sigset_t set;
	sigemptyset(&set);
	for (int i = 0; i < 4; i++) sigaddset(&set, (int[]){ SIGUSR1, SIGUSR2, SIGCHLD, SIGRTMIN }[i]);
	sigprocmask(SIG_BLOCK, &set, 0);
	sets_and_flags();
	int fd = signalfd(-1, &set, 0);
	what_is_told(fd);
	waiting(fd);
	pthread_t other;
	raise(SIGUSR1);
	pthread_create(&other, 0, look, &fd);
	pthread_join(other, 0);
	show(fd, 1);
	/* Another signal interrupts, or lets it go on. */
	struct sigaction action = { .sa_handler = caught };
	sigaction(SIGALRM, &action, 0);
	ualarm(20000, 0);
	show(fd, 1);
	action.sa_flags = SA_RESTART;
	sigaction(SIGALRM, &action, 0);
	ualarm(20000, 0);
	pthread_create(&other, 0, send_later, 0);
	nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, 0);
	show(fd, 1);
	pthread_join(other, 0);
	return 0;
}
