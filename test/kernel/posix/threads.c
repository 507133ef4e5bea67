/* Threads: their ends, what they wait with, cancellation, robust mutexes, signals to one of them, futexes. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>
#include "tell.h"

/* linux/futex.h */
#define FUTEX_WAIT 0
#define FUTEX_WAKE 1
#define FUTEX_CMP_REQUEUE 4
#define FUTEX_WAKE_OP 5
#define FUTEX_WAIT_BITSET 9
#define FUTEX_WAKE_BITSET 10
#define FUTEX_WAIT_PRIVATE 128
#define FUTEX_WAKE_PRIVATE 129
#define FUTEX_REQUEUE_PRIVATE 131
#define FUTEX_CLOCK_REALTIME 256
#define FUTEX_OP_ADD 1
#define FUTEX_OP_ANDN 3
#define FUTEX_OP_CMP_EQ 0
#define FUTEX_OP_CMP_GT 4
#define FUTEX_OP(op, operand, compare, with) ((op) << 28 | (compare) << 24 | ((operand) & 0xfff) << 12 | ((with) & 0xfff))

#define MANY 8
/* pthread functions give the error number, with no errno. */
#define GIVES(call) printf("%s: %d\n", #call, (int)(call))

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static atomic_int count, destroyed, cleaned, handled_by, interrupted;
static int pipes[2];
static sem_t go, ready;
static _Thread_local int own = 5;

static struct timespec after(clockid_t clock, int milliseconds)
{
	struct timespec t;
	clock_gettime(clock, &t);
	t.tv_nsec += milliseconds * 1000000l;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

static long futex(volatile void *word, int operation, int value, const void *timeout, void *other, int third)
{
#ifdef SYS_futex_time64
	return syscall(SYS_futex_time64, word, operation, value, timeout, other, third);
#else
	return syscall(SYS_futex, word, operation, value, timeout, other, third);
#endif
}

static void *returns(void *arg) { return arg; }
static void *exits(void *arg) { pthread_exit(arg); }
static void *adds(void *arg)
{
	for (int i = 0; i < 100; i++) {
		pthread_mutex_lock(&lock);
		count = count + 1;
		pthread_mutex_unlock(&lock);
	}
	own += (int)(intptr_t)arg;
	return (void *)(intptr_t)own;
}
static void destroys(void *value) { destroyed += (int)(intptr_t)value; }
static void cleans(void *arg) { cleaned = cleaned * 10 + (int)(intptr_t)arg; }

static void ends(void)
{
	pthread_t t[MANY];
	void *result;
	long sum = 0;
	for (int round = 0; round < 2; round++) {
		int errors = 0;
		for (int i = 0; i < MANY; i++) errors += !!pthread_create(&t[i], NULL, i % 2 ? returns : exits, (void *)(intptr_t)i);
		for (int i = 0; i < MANY; i++) errors += !!pthread_join(t[i], &result), sum += (intptr_t)result;
		if (errors) printf("round %d: %d errors\n", round, errors);
	}
	printf("joined, sum %ld\n", sum);
	for (int i = 0; i < 4; i++) pthread_create(&t[i], NULL, adds, (void *)(intptr_t)i);
	for (int i = 0; i < 4; i++) pthread_join(t[i], &result), printf("own %d\n", (int)(intptr_t)result);
	printf("counted %d, own here %d\n", count, own);
}

static void *is_detached(void *arg) { sem_post(&go); return NULL; }
static void detached(void)
{
	pthread_attr_t attr;
	pthread_t t;
	int state;
	pthread_attr_init(&attr);
	GIVES(pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED));
	GIVES(pthread_attr_setstacksize(&attr, 1 << 18));
	sem_init(&go, 0, 0);
	for (int i = 0; i < 40; i++) pthread_create(&t, &attr, is_detached, NULL);
	for (int i = 0; i < 40; i++) sem_wait(&go);
	for (int i = 0; i < 10; i++) pthread_create(&t, NULL, is_detached, NULL), pthread_detach(t);
	for (int i = 0; i < 10; i++) sem_wait(&go);
	pthread_attr_getdetachstate(&attr, &state);
	printf("detached %d\n", state == PTHREAD_CREATE_DETACHED);
}

static pthread_key_t key;
static void *sets(void *arg) { pthread_setspecific(key, arg); return pthread_getspecific(key); }
static pthread_once_t once = PTHREAD_ONCE_INIT;
static void counts_once(void) { count++; }
static void *does_once(void *arg) { pthread_once(&once, counts_once); return NULL; }
static void specific(void)
{
	pthread_t t[8];
	void *result;
	GIVES(pthread_key_create(&key, destroys));
	for (int i = 0; i < 8; i++) pthread_create(&t[i], NULL, sets, (void *)(intptr_t)(i + 1));
	for (int i = 0; i < 8; i++) pthread_join(t[i], &result);
	printf("destroyed %d, last %d, here %d\n", destroyed, (int)(intptr_t)result, pthread_getspecific(key) != NULL);
	GIVES(pthread_key_delete(key));
	count = 0;
	for (int i = 0; i < 8; i++) pthread_create(&t[i], NULL, does_once, NULL);
	for (int i = 0; i < 8; i++) pthread_join(t[i], NULL);
	printf("once %d\n", count);
}

static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_spinlock_t spin;
static int shared_value;
static void *meets(void *arg)
{
	int serial = 0;
	for (int i = 0; i < 20; i++) {
		pthread_rwlock_wrlock(&rw), shared_value++, pthread_rwlock_unlock(&rw);
		serial += pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD;
		pthread_rwlock_rdlock(&rw);
		if (shared_value != (i + 1) * 4) printf("%d at the barrier %d\n", shared_value, i);
		pthread_rwlock_unlock(&rw);
		pthread_barrier_wait(&barrier);
		pthread_spin_lock(&spin), count++, pthread_spin_unlock(&spin);
	}
	return (void *)(intptr_t)serial;
}
static void *takes(void *arg)
{
	struct timespec t = after(CLOCK_REALTIME, 20);
	GIVES(pthread_mutex_trylock(&lock));
	GIVES(pthread_mutex_timedlock(&lock, &t));
	t = after(CLOCK_REALTIME, 20);
	GIVES(pthread_rwlock_timedwrlock(&rw, &t));
	GIVES(pthread_rwlock_tryrdlock(&rw));
		return NULL;
}
static void locks(void)
{
	pthread_t t[4];
	void *result;
	int serial = 0;
	count = 0;
	pthread_spin_init(&spin, 0);
	pthread_barrier_init(&barrier, NULL, 4);
	for (int i = 0; i < 4; i++) pthread_create(&t[i], NULL, meets, NULL);
	for (int i = 0; i < 4; i++) pthread_join(t[i], &result), serial += (intptr_t)result;
	printf("serial %d, spun %d, shared %d\n", serial, count, shared_value);
	pthread_mutex_lock(&lock);
	pthread_rwlock_wrlock(&rw);
	pthread_create(&t[0], NULL, takes, NULL);
	pthread_join(t[0], NULL);
	pthread_rwlock_unlock(&rw);
	pthread_mutex_unlock(&lock);
	pthread_mutexattr_t attr;
	pthread_mutex_t special;
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutex_init(&special, &attr);
	GIVES(pthread_mutex_lock(&special));
	GIVES(pthread_mutex_lock(&special));
	GIVES(pthread_mutex_unlock(&special));
	GIVES(pthread_mutex_unlock(&special));
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&special, &attr);
	GIVES(pthread_mutex_lock(&special));
	GIVES(pthread_mutex_lock(&special));
	GIVES(pthread_mutex_unlock(&special));
	GIVES(pthread_mutex_unlock(&special));
}

static int turn;
static void *plays(void *arg)
{
	int me = (int)(intptr_t)arg;
	for (int i = 0; i < 50; i++) {
		pthread_mutex_lock(&lock);
		while (turn != me) pthread_cond_wait(&changed, &lock);
		turn = !me;
		pthread_cond_broadcast(&changed);
		pthread_mutex_unlock(&lock);
	}
	return NULL;
}
static void conditions(void)
{
	pthread_t t[2];
	for (int i = 0; i < 2; i++) pthread_create(&t[i], NULL, plays, (void *)(intptr_t)i);
	for (int i = 0; i < 2; i++) pthread_join(t[i], NULL);
	printf("turn %d\n", turn);
	pthread_condattr_t attr;
	pthread_cond_t timed;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&timed, &attr);
	struct timespec soon = after(CLOCK_MONOTONIC, 20);
	pthread_mutex_lock(&lock);
	GIVES(pthread_cond_timedwait(&timed, &lock, &soon));
	soon = after(CLOCK_REALTIME, 20);
	GIVES(pthread_cond_timedwait(&changed, &lock, &soon));
	pthread_mutex_unlock(&lock);
	TELL(sem_trywait(&go));
	soon = after(CLOCK_REALTIME, 20);
	TELL(sem_timedwait(&go, &soon));
}

static void *reads(void *arg)
{
	char byte;
	pthread_cleanup_push(cleans, (void *)1);
	pthread_cleanup_push(cleans, (void *)2);
	sem_post(&ready);
	read(pipes[0], &byte, 1);
	pthread_cleanup_pop(0);
	pthread_cleanup_pop(0);
	return NULL;
}
static void *waits(void *arg)
{
	pthread_mutex_lock(&lock);
	pthread_cleanup_push((void (*)(void *))pthread_mutex_unlock, &lock);
	sem_post(&ready);
	for (;;) pthread_cond_wait(&changed, &lock);
	pthread_cleanup_pop(0);
	return NULL;
}
static void *sleeps(void *arg) { sem_post(&ready); sleep(100); return NULL; }
static void *takes_semaphore(void *arg) { sem_post(&ready); sem_wait(&go); return NULL; }
static void *refuses(void *arg)
{
	int old;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
	sem_post(&ready);
	sem_wait(&go);
	sleep(0);
	cleaned = 7;
	pthread_setcancelstate(old, NULL);
	pthread_testcancel();
	cleaned = 8;
	return NULL;
}
static void *loops(void *arg)
{
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	sem_post(&ready);
	for (;;) getppid();
	return NULL;
}
static void *joins(void *arg) { sem_post(&ready); pthread_join(*(pthread_t *)arg, NULL); return NULL; }
static void cancel(const char *name, void *(*start)(void *), void *arg)
{
	pthread_t t;
	void *result;
	cleaned = 0;
	pthread_create(&t, NULL, start, arg);
	sem_wait(&ready);
	int given = pthread_cancel(t);
	if (start == refuses) sem_post(&go);
	pthread_join(t, &result);
	printf("%s: %d, cancelled %d, cleaned %d\n", name, given, result == PTHREAD_CANCELED, cleaned);
}
static void cancellations(void)
{
	pthread_t t;
	sem_init(&ready, 0, 0);
	pipe(pipes);
	cancel("read", reads, NULL);
	cancel("condition", waits, NULL);
	GIVES(pthread_mutex_trylock(&lock));
	pthread_mutex_unlock(&lock);
	cancel("sleep", sleeps, NULL);
	cancel("semaphore", takes_semaphore, NULL);
	cancel("refused", refuses, NULL);
	cancel("asynchronous", loops, NULL);
	pthread_create(&t, NULL, sleeps, NULL);
	sem_wait(&ready);
	cancel("join", joins, &t);
	pthread_cancel(t);
	pthread_join(t, NULL);
}

static void handles(int signal) { handled_by = gettid(); }
static void *is_told(void *arg)
{
	char byte;
	*(int *)arg = gettid();
	sem_post(&ready);
	int got = read(pipes[0], &byte, 1), error = errno;
	interrupted = 1;
	return (void *)(intptr_t)(got == -1 && error == EINTR);
}
static void *waits_for_signal(void *arg)
{
	int got;
	sigset_t set;
	sigemptyset(&set), sigaddset(&set, SIGUSR2);
	sigwait(&set, &got);
	return (void *)(intptr_t)got;
}
static void signals(void)
{
	pthread_t t;
	void *result;
	int tid;
	struct sigaction action = { .sa_handler = handles };
	sigaction(SIGUSR1, &action, NULL);
	pthread_create(&t, NULL, is_told, &tid);
	sem_wait(&ready);
	while (!interrupted) pthread_kill(t, SIGUSR1), usleep(1000);
	pthread_join(t, &result);
	printf("interrupted %d, in the thread %d\n", (int)(intptr_t)result, handled_by == tid);
	sigset_t set;
	sigemptyset(&set), sigaddset(&set, SIGUSR2);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	pthread_create(&t, NULL, waits_for_signal, NULL);
	kill(getpid(), SIGUSR2);
	pthread_join(t, &result);
	printf("sigwait %d\n", result == (void *)(intptr_t)SIGUSR2);
	TELL(syscall(SYS_tgkill, getpid(), tid, SIGUSR1));
	TELL(syscall(SYS_tgkill, getpid() + 1, gettid(), 0));
	TELL(syscall(SYS_tkill, 0, SIGUSR1));
	TELL(syscall(SYS_tgkill, getpid(), gettid(), 0));
}

static pthread_mutex_t *robust;
static void *dies(void *arg) { pthread_mutex_lock(robust); return NULL; }
static void robusts(void)
{
	pthread_mutexattr_t attr;
	pthread_t t;
	robust = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_mutexattr_init(&attr);
	GIVES(pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST));
	GIVES(pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED));
	pthread_mutex_init(robust, &attr);
	pthread_create(&t, NULL, dies, NULL);
	pthread_join(t, NULL);
	GIVES(pthread_mutex_lock(robust));
	GIVES(pthread_mutex_consistent(robust));
	GIVES(pthread_mutex_unlock(robust));
	pthread_create(&t, NULL, dies, NULL);
	pthread_join(t, NULL);
	GIVES(pthread_mutex_lock(robust));
	GIVES(pthread_mutex_unlock(robust));
	GIVES(pthread_mutex_lock(robust));
}

static atomic_int words[2];
static void *sleeps_on(void *arg)
{
	sem_post(&ready);
	return (void *)futex(&words[0], FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
}
static void futexes(void)
{
	pthread_t t[3];
	void *result;
	struct timespec soon = { 0, 10000000 }, past = { 0, 0 }, wrong = { 0, 1000000000 };
	int word = 1;
	TELL(futex(&word, FUTEX_WAIT, 2, NULL, NULL, 0));
	TELL(futex(&word, FUTEX_WAIT, 1, &soon, NULL, 0));
	TELL(futex(&word, FUTEX_WAIT, 1, &wrong, NULL, 0));
	TELL(futex(&word, FUTEX_WAIT_BITSET, 1, &past, NULL, 1));
	TELL(futex(&word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 1, &past, NULL, -1));
	TELL(futex(&word, FUTEX_WAIT_BITSET, 1, &soon, NULL, 0));
	TELL(futex((char *)&word + 1, FUTEX_WAIT, 1, &soon, NULL, 0));
	TELL(futex((char *)&word + 1, FUTEX_WAKE, 1, NULL, NULL, 0));
	TELL(futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0));
	TELL(futex(&word, FUTEX_WAKE_BITSET, 1, NULL, NULL, 0));
	TELL(futex(&word, 99, 1, NULL, NULL, 0));
	TELL(futex(&word, FUTEX_CMP_REQUEUE, 1, NULL, &words[1], 5));
	TELL(futex(NULL, FUTEX_WAIT_PRIVATE, 0, &soon, NULL, 0));
	int other = 5;
	TELL(futex(&word, FUTEX_WAKE_OP, 1, NULL, &other, FUTEX_OP(FUTEX_OP_ADD, 3, FUTEX_OP_CMP_GT, 4)));
	printf("other %d\n", other);
	TELL(futex(&word, FUTEX_WAKE_OP, 1, NULL, &other, FUTEX_OP(FUTEX_OP_ANDN, 8, FUTEX_OP_CMP_EQ, -1)));
	printf("other %d\n", other);
	for (int i = 0; i < 3; i++) pthread_create(&t[i], NULL, sleeps_on, NULL);
	for (int i = 0; i < 3; i++) sem_wait(&ready);
	int moved = 0, woken = 0;
	while (moved < 3) moved += futex(&words[0], FUTEX_REQUEUE_PRIVATE, 0, (void *)3, &words[1], 0), sched_yield();
	woken = futex(&words[0], FUTEX_WAKE_PRIVATE, 3, NULL, NULL, 0);
	printf("moved %d, then woken there %d, here %d\n", moved, woken, (int)futex(&words[1], FUTEX_WAKE_PRIVATE, 3, NULL, NULL, 0));
	for (int i = 0; i < 3; i++) pthread_join(t[i], &result), printf("slept %d\n", (int)(intptr_t)result);
}

static int c11(void *arg) { return mtx_lock(arg) == thrd_success && mtx_unlock(arg) == thrd_success ? 42 : 0; }
static void standard(void)
{
	thrd_t t;
	mtx_t mutex;
	int result = 0;
	mtx_init(&mutex, mtx_plain);
	printf("%d", thrd_create(&t, c11, &mutex) == thrd_success);
	printf("%d", thrd_join(t, &result) == thrd_success);
	printf(" %d\n", result);
}

static void *counts_threads(void *arg)
{
	char line[256];
	FILE *status = fopen("/proc/self/status", "r");
	while (fgets(line, sizeof line, status)) if (!strncmp(line, "Threads:", 8)) fputs(line, stdout);
	fclose(status);
	return NULL;
}
static void *ends_all(void *arg)
{
	printf("the main thread is over\n");
	exit(6);
}

int main(int argc, char **argv)
{
	pthread_t t;
	setvbuf(stdout, NULL, _IONBF, 0);
	ends();
	detached();
	specific();
	locks();
	conditions();
	cancellations();
	signals();
	robusts();
	futexes();

	standard();
	pthread_create(&t, NULL, counts_threads, NULL);
	pthread_join(t, NULL);
	sem_init(&go, 0, 0);
	pthread_create(&t, NULL, takes_semaphore, NULL);
	pthread_create(&t, NULL, ends_all, NULL);
	pthread_exit(NULL);
}
