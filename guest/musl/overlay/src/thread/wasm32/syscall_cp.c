/* A system call that is a cancellation point. There is no program counter to look at: the flag is asked before the call. */
#include "pthread_impl.h"
#include "syscall.h"

hidden long __cancel(void);
/* cancel_handler compares a program counter with these. */
hidden const char __cp_begin[1], __cp_end[1], __cp_cancel[1];

hidden long __syscall_cp_asm(volatile void *cancelled, syscall_arg_t nr, syscall_arg_t u, syscall_arg_t v,
	syscall_arg_t w, syscall_arg_t x, syscall_arg_t y, syscall_arg_t z)
{
	if (*(volatile int *)cancelled) return __cancel();
	return __syscall(nr, u, v, w, x, y, z);
}
