/*
 * Every system call goes through here. Nothing can interrupt wasm: handlers of signals that came meanwhile are called when a
 * call is over, before its caller goes on. The kernel sets __wasm_signals while there is one for the thread to run.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include "pthread_impl.h"
#include "portside_syscall.h"

/* From the kernel: to be made again after a handler with SA_RESTART. */
#define ERESTARTSYS 512

__attribute__((__import_module__("kernel"), __import_name__("syscall")))
long __wasm_kernel(long n, long a, long b, long c, long d, long e, long f);
hidden long __cancel(void);
extern hidden const char __cp_begin[1], __cp_cancel[1];

hidden _Thread_local volatile int __wasm_signals;
/* The call that is being made is a cancellation point. */
hidden _Thread_local volatile int __wasm_cancellation_point;

/* What the kernel tells of a signal to be handled. */
struct delivery {
	void *handler;
	unsigned long flags;
	unsigned long mask[2];
	char *stack;
	size_t stack_size;
	siginfo_t info;
};

static long kernel(long n, long a, long b)
{
	return __wasm_kernel(n, a, b, 0, 0, 0, 0);
}

/*
 * wasm checks the type of a function at every indirect call, and old programs declare handlers as they like: one is called with as
 * many arguments as it takes.
 */
static void call(void *handler, int sig, siginfo_t *info, void *context)
{
	switch (kernel(SYS_portside_arity, (long)handler, 0)) {
	case 0: ((void (*)(void))handler)(); break;
	case 1: ((void (*)(int))handler)(sig); break;
	case 2: ((void (*)(int, siginfo_t *))handler)(sig, info); break;
	default: ((void (*)(int, siginfo_t *, void *))handler)(sig, info, context);
	}
}

static uintptr_t stack_pointer(void)
{
	uintptr_t sp;
	__asm__ volatile ("global.get __stack_pointer\n\tlocal.set %0" : "=r"(sp));
	return sp;
}

static void set_stack_pointer(uintptr_t sp)
{
	__asm__ volatile ("local.get %0\n\tglobal.set __stack_pointer" :: "r"(sp));
}

__attribute__((__noinline__))
static void call_on_stack(uintptr_t top, void *handler, int sig, siginfo_t *info, void *context)
{
	uintptr_t sp = stack_pointer();
	set_stack_pointer(top & -16);
	call(handler, sig, info, context);
	set_stack_pointer(sp);
}

/* Runs the handlers that wait; whether a call that they interrupted is made again. */
__attribute__((__noinline__))
static int deliver(int *cancelled)
{
	int restart = 1, first = 1, point = __wasm_cancellation_point;
	__wasm_cancellation_point = 0;
	while (__wasm_signals && !*cancelled) {
		struct delivery d;
		int sig = kernel(SYS_portside_take_signal, (long)&d, 0);
		if (!sig) break;
		if (first) restart = !!(d.flags & SA_RESTART), first = 0;
		ucontext_t context = { 0 };
		memcpy(&context.uc_sigmask, d.mask, sizeof d.mask);
		context.uc_stack.ss_sp = d.stack;
		context.uc_stack.ss_size = d.stack_size;
		context.uc_mcontext.__pc = point ? (uintptr_t)__cp_begin : 0;
		uintptr_t sp = context.uc_mcontext.__sp = stack_pointer();
		if (d.stack_size && sp - (uintptr_t)d.stack > d.stack_size)
			call_on_stack((uintptr_t)d.stack + d.stack_size, d.handler, sig, &d.info, &context);
		else call(d.handler, sig, &d.info, &context);
		__wasm_kernel(SYS_rt_sigprocmask, SIG_SETMASK, (long)&context.uc_sigmask, 0, _NSIG/8, 0, 0);
		*cancelled = context.uc_mcontext.__pc == (uintptr_t)__cp_cancel;
	}
	__wasm_cancellation_point = point;
	return restart;
}

hidden long __wasm_syscall(long n, long a, long b, long c, long d, long e, long f)
{
	for (;;) {
		long r = __wasm_kernel(n, a, b, c, d, e, f);
		if (__builtin_expect(!__wasm_signals && r != -ERESTARTSYS, 1)) return r;
		int cancelled = 0, restart = deliver(&cancelled);
		if (cancelled) return __cancel();
		if (r != -ERESTARTSYS) return r;
		if (!restart) return -EINTR;
	}
}

/* A thread's function, as old programs declare it. */
hidden void *__wasm_call_start(void *start, void *arg)
{
	if (kernel(SYS_portside_arity, (long)start, 0)) return ((void *(*)(void *))start)(arg);
	return ((void *(*)(void))start)();
}

/* What cleans up a thread, which is often a function with a result (pthread_mutex_unlock): the host calls any kind. */
hidden void __wasm_call_cleanup(void *clean, void *arg)
{
	kernel(SYS_portside_call, (long)clean, (long)arg);
}
