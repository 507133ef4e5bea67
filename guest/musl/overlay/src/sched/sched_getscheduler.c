#define _GNU_SOURCE
#include <sched.h>
#include "syscall.h"

/* Of the thread that the id names, as on Linux, which POSIX has for processes. */
int sched_getscheduler(pid_t pid)
{
	return syscall(SYS_sched_getscheduler, pid);
}
