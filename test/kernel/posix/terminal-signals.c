/* What a terminal sends to its session, and what signals do to those who wait for the terminal. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t handled;
static int master, slave;
static char buffer[64];

static void on_alarm(int signal)
{
	handled = signal;
}

static void on_alarm_type(int signal)
{
	handled = signal;
	if (write(master, "late\n", 5) != 5) handled = -1;
}

static void handle(int signal, void (*handler)(int), int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };
	sigaction(signal, &action, 0);
}

static void told(const char *what, long result)
{
	if (result < 0) printf("%s: errno %d\n", what, errno);
	else printf("%s: %ld\n", what, result);
}

/* Waits for one of the blocked signals. */
static void arrived(const char *what)
{
	sigset_t all;
	struct timespec limit = { 2, 0 };
	siginfo_t info = { 0 };
	sigprocmask(SIG_BLOCK, 0, &all);
	int signal = sigtimedwait(&all, &info, &limit);
	printf("%s: signal %d, code %d\n", what, signal, info.si_code == SI_KERNEL);
}

static void soon(void)
{
	struct itimerval timer = { .it_value = { 0, 50000 } };
	setitimer(ITIMER_REAL, &timer, 0);
}


int main(void)
{
	struct termios modes;
	struct winsize size = { 10, 20, 0, 0 };
	sigset_t set;
	char name[64];
	setsid();
	openpty(&master, &slave, name, 0, 0);
	told("control", ioctl(slave, TIOCSCTTY, 0));
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGTSTP);
	sigaddset(&set, SIGWINCH);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCONT);
	sigprocmask(SIG_BLOCK, &set, 0);
	write(master, "\003", 1);
	arrived("interrupt");
	write(master, "\034", 1);
	arrived("quit");
	write(master, "\032", 1);
	arrived("suspend");
	told("size", ioctl(master, TIOCSWINSZ, &size));
	arrived("size");
	told("same size", ioctl(slave, TIOCSWINSZ, &size));
	sigpending(&set);
	printf("%d\n", sigismember(&set, SIGWINCH));
	tcgetattr(slave, &modes);
	modes.c_lflag &= ~ISIG;
	tcsetattr(slave, TCSANOW, &modes);
	write(master, "\003\n", 2);
	told("plain", read(slave, buffer, sizeof buffer));
	printf("%d\n", buffer[0]);
	modes.c_lflag |= ISIG | NOFLSH;
	tcsetattr(slave, TCSANOW, &modes);
	write(master, "kept\003\n", 6);
	arrived("interrupt");
	told("kept", read(slave, buffer, sizeof buffer));

	handle(SIGALRM, on_alarm, 0);
	soon();
	told("read", read(slave, buffer, sizeof buffer));
	printf("%d\n", handled == SIGALRM);
	handle(SIGALRM, on_alarm_type, SA_RESTART);
	soon();
	told("read again", read(slave, buffer, sizeof buffer));
	printf("%.5s", buffer);
	handle(SIGALRM, on_alarm, 0);
	cfmakeraw(&modes);
	modes.c_cc[VMIN] = 9;
	tcsetattr(slave, TCSANOW, &modes);
	write(master, "abc", 3);
	soon();
	told("some", read(slave, buffer, sizeof buffer));
	tcflow(slave, TCOOFF);
	soon();
	told("stopped", write(slave, "x", 1));
	tcflow(slave, TCOON);
	soon();
	handle(SIGALRM, on_alarm, SA_RESTART);
	told("master", poll(&(struct pollfd){ .fd = master, .events = POLLPRI }, 1, 2000));
	close(master);
	arrived("hang up");
	arrived("hang up");
	told("gone", read(slave, buffer, sizeof buffer));
	return 0;
}
