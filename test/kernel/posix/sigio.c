/* Signals that tell of input and output: F_SETOWN, O_ASYNC, FIOASYNC. */
#define _GNU_SOURCE
#include "tell.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t told;

static void handler(int signal) { told = signal; }

/* Whether a signal comes soon: it is blocked but for here. */
static void wait_for(const char *what)
{
	sigset_t io;
	siginfo_t info;
	struct timespec patience = { 0, 300000000 };
	sigemptyset(&io);
	sigaddset(&io, SIGIO);
	int signal = sigtimedwait(&io, &info, &patience);
	printf("%s: %s\n", what, signal == SIGIO ? "SIGIO" : "nothing");
}

int main(void)
{
	int ends[2], on = 1, off = 0;
	char text[8];
	sigset_t io;
	sigemptyset(&io);
	sigaddset(&io, SIGIO);
	sigprocmask(SIG_BLOCK, &io, 0);
	/* Signals to the group are for this program alone. */
	setpgid(0, 0);
	TELL(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	TELL(fcntl(ends[0], F_GETOWN));
	TELL(ioctl(ends[0], FIOASYNC, &on));
	TELL(write(ends[1], "a", 1));
	wait_for("without an owner");
	TELL(fcntl(ends[0], F_SETOWN, getpid()));
	printf("owner: %d\n", fcntl(ends[0], F_GETOWN) == getpid());
	printf("flag: %d\n", (fcntl(ends[0], F_GETFL) & O_ASYNC) != 0);
	TELL(write(ends[1], "b", 1));
	wait_for("bytes");
	TELL(read(ends[0], text, 8));
	TELL(ioctl(ends[0], FIOASYNC, &off));
	/* It may have been told twice. */
	struct timespec none = { 0, 0 };
	sigtimedwait(&io, 0, &none);
	TELL(write(ends[1], "c", 1));
	wait_for("switched off");
	TELL(read(ends[0], text, 8));
	TELL(fcntl(ends[0], F_SETFL, O_ASYNC));
	fflush(stdout);
	if (fork() == 0) {
		write(ends[1], "d", 1);
		_exit(0);
	}
	wait_for("from a child");
	wait(0);
	TELL(fcntl(ends[0], F_SETOWN, 99999));

	int pipes[2];
	pipe(pipes);
	TELL(fcntl(pipes[0], F_SETOWN, -getpgrp()));
	TELL(fcntl(pipes[0], F_SETFL, O_ASYNC | O_NONBLOCK));
	close(pipes[1]);
	wait_for("a pipe's end");
	TELL(close(pipes[0]));

	signal(SIGIO, handler);
	sigprocmask(SIG_UNBLOCK, &io, 0);
	TELL(write(ends[1], "e", 1));
	usleep(1000);
	printf("handler: %d\n", told == SIGIO);
	int file = open("/dev/null", O_RDONLY);
	TELL(ioctl(file, FIOASYNC, &on));
	return 0;
}
