/* Policies of scheduling without privileges, for the host of this kernel gives none. */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TELL(call) do { errno = 0; long r = (call); printf("%s: %ld %d\n", #call, r, errno); } while (0)
int main(void)
{
	setuid(1000);
	struct sched_param none = { 0 }, some = { 1 }, got = { 7 };
	TELL(sched_getscheduler(0));
	TELL(sched_getparam(0, &got));
	TELL(got.sched_priority);
	TELL(sched_setscheduler(0, SCHED_OTHER, &some));
	TELL(sched_setscheduler(0, SCHED_OTHER, &none));
	TELL(sched_setscheduler(0, SCHED_BATCH, &none));
	TELL(sched_getscheduler(getpid()));
	TELL(sched_setscheduler(0, SCHED_FIFO, &none));
	TELL(sched_setscheduler(0, SCHED_FIFO, &some));
	TELL(sched_setscheduler(0, SCHED_RR, &some));
	TELL(sched_setscheduler(0, 77, &some));
	TELL(sched_setscheduler(0, -1, &some));
	TELL(sched_setscheduler(-1, SCHED_OTHER, &none));
	TELL(sched_setscheduler(1 << 22, SCHED_OTHER, &none));
	TELL(sched_setscheduler(0, SCHED_OTHER, NULL));
	TELL(sched_setparam(0, &none));
	TELL(sched_setparam(0, &some));
	TELL(sched_getparam(0, NULL));
	TELL(sched_getparam(1 << 22, &got));
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
