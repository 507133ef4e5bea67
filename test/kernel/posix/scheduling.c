/* Policies of scheduling without privileges, for the host of this kernel gives none. */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <sys/syscall.h>

#define TELL(call) do { errno = 0; long r = (call); printf("%s: %ld %d\n", #call, r, errno); } while (0)
/* By their numbers: musl refuses what POSIX says of processes and Linux of threads. */
#define setscheduler(pid, policy, p) syscall(SYS_sched_setscheduler, pid, policy, p)
#define getscheduler(pid) syscall(SYS_sched_getscheduler, pid)
#define setparam(pid, p) syscall(SYS_sched_setparam, pid, p)
#define getparam(pid, p) syscall(SYS_sched_getparam, pid, p)

int main(void)
{
	setuid(1000);
	struct sched_param none = { 0 }, some = { 1 }, got = { 7 };
	TELL(getscheduler(0));
	TELL(getparam(0, &got));
	TELL(got.sched_priority);
	TELL(setscheduler(0, SCHED_OTHER, &some));
	TELL(setscheduler(0, SCHED_OTHER, &none));
	TELL(setscheduler(0, SCHED_BATCH, &none));
	TELL(getscheduler(getpid()));
	TELL(setscheduler(0, SCHED_FIFO, &none));
	TELL(setscheduler(0, SCHED_FIFO, &some));
	TELL(setscheduler(0, SCHED_RR, &some));
	TELL(setscheduler(0, 77, &some));
	TELL(setscheduler(0, -1, &some));
	TELL(setscheduler(-1, SCHED_OTHER, &none));
	TELL(setscheduler(1 << 22, SCHED_OTHER, &none));
	TELL(setscheduler(0, SCHED_OTHER, NULL));
	TELL(setparam(0, &none));
	TELL(setparam(0, &some));
	TELL(getparam(0, NULL));
	TELL(getparam(1 << 22, &got));
	TELL(sched_get_priority_max(SCHED_FIFO));
	TELL(sched_get_priority_min(SCHED_RR));
	TELL(sched_get_priority_max(SCHED_OTHER));
	TELL(sched_get_priority_min(42));
	TELL(sched_yield());
	cpu_set_t set;
	CPU_ZERO(&set);
	TELL(sched_getaffinity(0, sizeof set, &set));
	TELL(CPU_COUNT(&set) == sysconf(_SC_NPROCESSORS_ONLN));
	TELL(sched_getaffinity(0, 1, &set));
	TELL(sched_getaffinity(1 << 22, sizeof set, &set));
	struct timespec interval;
	TELL(sched_rr_get_interval(0, &interval));
	TELL(sched_rr_get_interval(-1, &interval));
}
