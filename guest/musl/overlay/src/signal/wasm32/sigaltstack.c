/* Whether the stack is in use is known here alone: the stack pointer is no business of the kernel's. */
#include <signal.h>
#include <stdint.h>
#include <errno.h>
#include "syscall.h"

int sigaltstack(const stack_t *restrict ss, stack_t *restrict old)
{
	stack_t current;
	uintptr_t sp;
	__asm__ volatile ("global.get __stack_pointer\n\tlocal.set %0" : "=r"(sp));
	__syscall(SYS_sigaltstack, 0, &current);
	int on = !(current.ss_flags & SS_DISABLE) && sp - (uintptr_t)current.ss_sp <= current.ss_size;
	int r = 0;
	if (ss) {
		if (!(ss->ss_flags & SS_DISABLE) && ss->ss_size < MINSIGSTKSZ) r = -ENOMEM;
		else if (ss->ss_flags & SS_ONSTACK) r = -EINVAL;
		else if (on) r = -EPERM;
		else r = __syscall(SYS_sigaltstack, ss, 0);
	}
	if (old && !r) {
		*old = current;
		if (on) old->ss_flags |= SS_ONSTACK;
	}
	return __syscall_ret(r);
}
