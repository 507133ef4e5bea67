/*
 * A system call that is a cancellation point. There is no program counter to look at: the flag is asked before the call, and
 * whoever delivers a signal knows that the call is one of these (src/signal/wasm32/deliver.c).
 */
#include "pthread_impl.h"
#include "syscall.h"

hidden long __cancel(void);
extern hidden _Thread_local volatile int __wasm_cancellation_point;
/* Program counters, as far as cancel_handler knows: in a cancellation point, and to be cancelled. */
hidden const char __cp_begin[1], __cp_end[1], __cp_cancel[1];

hidden long __syscall_cp_asm(volatile void *cancelled, syscall_arg_t nr, syscall_arg_t u, syscall_arg_t v,
	syscall_arg_t w, syscall_arg_t x, syscall_arg_t y, syscall_arg_t z)
{
	if (*(volatile int *)cancelled) return __cancel();
	__wasm_cancellation_point = 1;
	long r = __syscall(nr, u, v, w, x, y, z);
	__wasm_cancellation_point = 0;
	return r;
}
