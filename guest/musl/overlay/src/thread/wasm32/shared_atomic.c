#include <stddef.h>
#include "atomic.h"
#include "portside_syscall.h"

__attribute__((__import_module__("kernel"), __import_name__("syscall")))
long __wasm_kernel(long n, long a, long b, long c, long d, long e, long f);

/* A bit for each 64 KiB of what can be addressed. None is taken back: an atomic that need not be the kernel's is slow, and right. */
hidden uint32_t __wasm_shared_granules[0x10000 / 32];

hidden void __wasm_mark_shared(void *start, size_t length)
{
	uintptr_t first = (uintptr_t)start >> 16, last = ((uintptr_t)start + length - 1) >> 16;
	for (; length && first <= last; first++)
		__atomic_fetch_or(&__wasm_shared_granules[first / 32], 1U << first % 32, __ATOMIC_SEQ_CST);
}

/* Not by __syscall: no handler may run within what is to be atomic. */
hidden int __wasm_shared_atomic(int operation, volatile int *p, int a, int b)
{
	int before;
	if (__wasm_kernel(SYS_portside_atomic, operation, (long)p, a, b, (long)&before, 0)) a_crash();
	return before;
}
