#include <unistd.h>
#include "syscall.h"
#include "libc.h"

/* Credentials are the process's here, not each thread's: one call changes them for all. */
int __setxid(int nr, int id, int eid, int sid)
{
	return syscall(nr, id, eid, sid);
}
