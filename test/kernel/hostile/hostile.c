/*
 * Makes system calls at random, with arguments that are numbers, descriptors, flags, pointers to strings, structures and lists of its
 * own, or anything. It spares itself what would only end it: the point is what the kernel does.
 *
 * hostile SEED COUNT
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#define NUMBERS 460
#define ARENA 65536

static char arena[ARENA] __attribute__((aligned(64)));
static uint64_t state;

/* xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled"). */
static uint32_t chance(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 2685821657736338717ull >> 32;
}

static int below(int limit) { return chance() % limit; }

/* Calls that end or stop the caller, take away its memory, its signals or its clock, or begin others. */
static const int spared[] = {
	SYS_exit, SYS_exit_group, SYS_execve, SYS_execveat, SYS_clone, SYS_clone3, SYS_kill, SYS_tkill, SYS_tgkill,
	SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_pidfd_send_signal, SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn,
	SYS_rt_sigsuspend, SYS_rt_sigtimedwait_time64, SYS_sigaltstack, SYS_pselect6_time64, SYS_ppoll_time64, SYS_epoll_pwait, SYS_epoll_pwait2,
	SYS_setitimer, SYS_timer_create, SYS_timer_delete, SYS_prlimit64, SYS_setrlimit, SYS_brk, SYS_mmap2, SYS_munmap, SYS_mremap,
	SYS_remap_file_pages, SYS_set_tid_address, SYS_set_robust_list, SYS_setuid, SYS_setreuid, SYS_setresuid, SYS_mq_notify,
	/* In 32 bits of times they are the same. */
	137, 72, 73,
};

static const char *const strings[] = { "a", "b", "d", "d/e", ".", "..", "link", "", "fifo", "socket", "user.name", "/dev/null", "/dev/ptmx", "/proc/self/status",
	/* Of others, which are to stay as they are. */
	"/etc/passwd", "/etc", "/tmp", "/tmp/page", "/var/www/html/index.php", "/usr/local/bin/php", "/", "/proc/1/mem", "/dev/fb0", "/dev/dsp" };
#define STRINGS (sizeof strings / sizeof *strings)

static void furnish(void)
{
	for (int i = 0; i < ARENA / 4; i++)
		((uint32_t *) arena)[i] = i % 7 == 0 ? chance() : (uint32_t) below(512);
	for (size_t i = 0; i < STRINGS; i++)
		strcpy(arena + i * 64, strings[i]);
	/* struct iovec and struct msghdr, whose pointers are its own; addresses of both families. */
	for (int i = 0; i < 64; i++) {
		uint32_t *vector = (uint32_t *) (arena + 4096 + i * 8);
		vector[0] = (uint32_t) (uintptr_t) (arena + below(ARENA / 2));
		vector[1] = below(5000);
		uint32_t *message = (uint32_t *) (arena + 8192 + i * 32);
		message[0] = below(2) ? (uint32_t) (uintptr_t) (arena + 16384 + below(2) * 256) : 0;
		message[1] = below(2) ? 16 : 110;
		message[2] = (uint32_t) (uintptr_t) (arena + 4096);
		message[3] = below(5);
		message[4] = (uint32_t) (uintptr_t) (arena + 12288);
		message[5] = below(80);
		message[6] = 0;
		uint32_t *control = (uint32_t *) (arena + 12288 + i * 64);
		control[0] = 12 + 4 * below(6);
		control[1] = 1;
		control[2] = 1 + below(2);
		for (int j = 3; j < 9; j++)
			control[j] = below(16);
	}
	*(uint16_t *) (arena + 16384) = 2;
	*(uint16_t *) (arena + 16386) = (uint16_t) (below(3) + 7000);
	*(uint32_t *) (arena + 16388) = 0x0100007f;
	*(uint16_t *) (arena + 16640) = 1;
	strcpy(arena + 16642, "socket");
}

static long argument(void)
{
	static const int32_t numbers[] = { 0, 1, 2, 3, 4, 5, 8, 16, 100, 255, 256, 1023, 1024, 4095, 4096, 65536, -1, -2, -100, INT32_MAX, INT32_MIN };
	switch (below(8)) {
	case 0: return numbers[below(sizeof numbers / sizeof *numbers)];
	case 1: return below(24);
	case 2: return (long) (uintptr_t) (arena + below(STRINGS) * 64);
	case 3: return (long) (uintptr_t) (arena + below(ARENA));
	case 4: return (long) (uintptr_t) (arena + 4096 + below(3) * 4096);
	case 5: return 1l << below(31) | 1l << below(31);
	case 6: return -100;
	default: return (long) chance();
	}
}

static int is_spared(int number)
{
	for (size_t i = 0; i < sizeof spared / sizeof *spared; i++)
		if (spared[i] == number)
			return 1;
	return 0;
}

static void nothing(int signal) { (void) signal; }

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	state = strtoul(argv[1], 0, 10) * 0x9e3779b97f4a7c15ull + 1;
	long count = strtol(argv[2], 0, 10), succeeded = 0;
	char folder[64];
	snprintf(folder, sizeof folder, "/tmp/hostile-%s", argv[1]);
	mkdir(folder, 0777);
	if (chdir(folder))
		return 3;
	for (int signal = 1; signal < NSIG; signal++)
		sigaction(signal, &(struct sigaction) { .sa_handler = SIG_IGN }, 0);
	/* Whatever waits is called back by a signal. */
	sigaction(SIGALRM, &(struct sigaction) { .sa_handler = nothing }, 0);
	struct itimerval often = { { 0, 2000 }, { 0, 2000 } };
	setitimer(ITIMER_REAL, &often, 0);
	/* It can signal its like, and nobody else. */
	if (setgid(1000) || setuid(1000))
		return 4;
	for (long i = 0; i < count; i++) {
		if (i % 256 == 0) {
			furnish();
			chdir(folder);
			/* What it has opened would only fill the table. */
			for (int fd = 3; fd < 64; fd++)
				if (below(2))
					close(fd);
		}
		int number;
		do
			number = below(NUMBERS);
		while (is_spared(number));
		long result = syscall(number, argument(), argument(), argument(), argument(), argument(), argument());
		if (result >= 0)
			succeeded++;
	}
	/* Else they would not have got beyond the first check. */
	return succeeded > count / 50 ? 0 : 1;
}
