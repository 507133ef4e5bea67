/* Threads: the host starts a worker on the same memory, which calls __wasm_thread_entry with __stack_pointer set to its stack. */
#include <stdarg.h>
#include "pthread_impl.h"
#include "portside_syscall.h"

__attribute__((__import_module__("kernel"), __import_name__("clone")))
int __wasm_clone(int (*fn)(void *), void *stack, int flags, void *arg, int *ptid, void *tls, int *ctid);
void __wasm_init_tls(void *);
extern hidden _Thread_local uintptr_t __wasm_tp;
extern hidden _Thread_local volatile int __wasm_signals;

int __clone(int (*func)(void *), void *stack, int flags, void *arg, ...)
{
	va_list ap;
	va_start(ap, arg);
	int *ptid = va_arg(ap, int *);
	void *tls = va_arg(ap, void *);
	int *ctid = va_arg(ap, int *);
	va_end(ap);
	return __wasm_clone(func, stack, flags, arg, ptid, tls, ctid);
}

__attribute__((export_name("__wasm_thread_entry")))
void __wasm_thread_entry(int (*fn)(void *), void *arg, uintptr_t tp)
{
	uintptr_t align = __builtin_wasm_tls_align(), image = tp + sizeof(struct pthread);
	if (align) image = (image + align - 1) & -align;
	__wasm_init_tls((void *)image);
	__wasm_tp = tp;
	__syscall(SYS_portside_signal_word, &__wasm_signals);
	fn(arg);
}
