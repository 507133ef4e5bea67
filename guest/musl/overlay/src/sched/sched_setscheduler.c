#define _GNU_SOURCE
#include <sched.h>
#include "syscall.h"

/* Of the thread that the id names, as on Linux, which POSIX has for processes. */
int sched_setscheduler(pid_t pid, int policy, const struct sched_param *param)
{
	return syscall(SYS_sched_setscheduler, pid, policy, param);
}
