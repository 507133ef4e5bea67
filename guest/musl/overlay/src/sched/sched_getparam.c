#define _GNU_SOURCE
#include <sched.h>
#include "syscall.h"

/* Of the thread that the id names, as on Linux, which POSIX has for processes. */
int sched_getparam(pid_t pid, struct sched_param *param)
{
	return syscall(SYS_sched_getparam, pid, param);
}
