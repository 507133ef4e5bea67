/*
 * Replaces src/env/__init_tls.c, which reads program headers. wasm-ld's own start function has set up the main thread's TLS already,
 * and struct pthread is part of it.
 */
#include <stddef.h>
#include "pthread_impl.h"
#include "libc.h"
#include "portside_syscall.h"

volatile int __thread_list_lock;
hidden _Thread_local uintptr_t __wasm_tp;
extern hidden _Thread_local volatile int __wasm_signals;
static _Thread_local struct pthread main_thread;

int __init_tp(void *p)
{
	pthread_t td = p;
	td->self = td;
	__wasm_tp = (uintptr_t)td;
	libc.can_do_threads = 1;
	td->detach_state = DT_JOINABLE;
	td->tid = __syscall(SYS_set_tid_address, &__thread_list_lock);
	__syscall(SYS_portside_signal_word, &__wasm_signals);
	td->locale = &libc.global_locale;
	td->robust_list.head = &td->robust_list.head;
	td->sysinfo = __sysinfo;
	td->next = td->prev = td;
	return 0;
}

/* A new thread's block is struct pthread with the TLS image behind it, which its entry fills in (src/thread/wasm32/clone.c). */
void *__copy_tls(unsigned char *mem)
{
	return mem;
}

static void static_init_tls(size_t *aux)
{
	libc.tls_align = __builtin_wasm_tls_align();
	libc.tls_size = sizeof(struct pthread) + __builtin_wasm_tls_size() + libc.tls_align;
	__init_tp(&main_thread);
}
weak_alias(static_init_tls, __init_tls);
