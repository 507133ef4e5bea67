#include "pthread_impl.h"
#include "portside_syscall.h"

/* One call: the stack that this runs on may be another thread's as soon as it is unmapped. */
void __unmapself(void *base, size_t size)
{
	for (;;) __syscall(SYS_portside_exit_unmapping, base, size);
}
