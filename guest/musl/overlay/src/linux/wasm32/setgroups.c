#define _GNU_SOURCE
#include <unistd.h>
#include <grp.h>
#include "syscall.h"

/* As in setxid.c: the process's groups, and no thread's. */
int setgroups(size_t count, const gid_t list[])
{
	return syscall(SYS_setgroups, count, list);
}
