#define _GNU_SOURCE
#include <sched.h>
#include "syscall.h"

/* Of the thread that the id names, as on Linux, which POSIX has for processes. */
int sched_setparam(pid_t pid, const struct sched_param *param)
{
	return syscall(SYS_sched_setparam, pid, param);
}
