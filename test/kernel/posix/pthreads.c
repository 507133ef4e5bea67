/* Threads of POSIX: every kind of lock, keys, cancellation, attributes, and what they say of misuse. */
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "tell.h"

/* What these give is the error itself. */
#define GIVES(call) do { int given = (call); printf("%s gives %d\n", #call, given); } while (0)

static pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static struct timespec soon(int milliseconds)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_nsec += milliseconds * 1000000L;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

static void *other_unlocks(void *m) { return (void *)(intptr_t)pthread_mutex_unlock(m); }
static void *other_tries(void *m) { return (void *)(intptr_t)pthread_mutex_trylock(m); }
static int from_other(void *(*act)(void *), void *argument)
{
	pthread_t t;
	void *result;
	pthread_create(&t, NULL, act, argument);
	pthread_join(t, &result);
	return (int)(intptr_t)result;
}

static void mutexes(void)
{
	int types[] = { PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_RECURSIVE };
	for (int i = 0; i < 3; i++) {
		pthread_mutexattr_t a;
		pthread_mutex_t m;
		int type;
		pthread_mutexattr_init(&a);
		GIVES(pthread_mutexattr_settype(&a, types[i]));
		pthread_mutexattr_gettype(&a, &type);
		printf("type %d\n", type == types[i]);
		pthread_mutex_init(&m, &a);
		GIVES(pthread_mutex_lock(&m));
		GIVES(pthread_mutex_trylock(&m));
		if (i > 0) GIVES(pthread_mutex_lock(&m));
		struct timespec t = soon(10);
		if (i == 0) GIVES(pthread_mutex_timedlock(&m, &t));
		GIVES(from_other(other_tries, &m));
		if (i > 0) GIVES(from_other(other_unlocks, &m));
		GIVES(pthread_mutex_unlock(&m));
		if (i == 2) { GIVES(pthread_mutex_unlock(&m)); GIVES(pthread_mutex_unlock(&m)); }
		if (i > 0) GIVES(pthread_mutex_unlock(&m));
		GIVES(pthread_mutex_destroy(&m));
	}
	pthread_mutexattr_t a;
	pthread_mutexattr_init(&a);
	GIVES(pthread_mutexattr_settype(&a, 77));
	GIVES(pthread_mutexattr_setpshared(&a, 9));
	GIVES(pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST));
}

static pthread_mutex_t robust;
static void *dies(void *p) { pthread_mutex_lock(&robust); return p; }
static void robustness(void)
{
	pthread_mutexattr_t a;
	pthread_mutexattr_init(&a);
	pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&robust, &a);
	from_other(dies, NULL);
	GIVES(pthread_mutex_lock(&robust));
	GIVES(pthread_mutex_consistent(&robust));
	GIVES(pthread_mutex_unlock(&robust));
	from_other(dies, NULL);
	GIVES(pthread_mutex_trylock(&robust));
	GIVES(pthread_mutex_unlock(&robust));
	GIVES(pthread_mutex_lock(&robust));
	GIVES(pthread_mutex_consistent(&plain));
}

static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
static void *reads(void *p) { int r = pthread_rwlock_tryrdlock(&rw); if (!r) pthread_rwlock_unlock(&rw); (void)p; return (void *)(intptr_t)r; }
static void *writes(void *p) { int r = pthread_rwlock_trywrlock(&rw); if (!r) pthread_rwlock_unlock(&rw); (void)p; return (void *)(intptr_t)r; }
static void locks(void)
{
	struct timespec t = soon(10);
	GIVES(pthread_rwlock_rdlock(&rw));
	GIVES(from_other(reads, NULL));
	GIVES(from_other(writes, NULL));
	GIVES(pthread_rwlock_timedwrlock(&rw, &t));
	GIVES(pthread_rwlock_unlock(&rw));
	GIVES(pthread_rwlock_wrlock(&rw));
	GIVES(from_other(reads, NULL));
	GIVES(from_other(writes, NULL));
	GIVES(pthread_rwlock_unlock(&rw));
	pthread_spinlock_t s;
	GIVES(pthread_spin_init(&s, 0));
	GIVES(pthread_spin_lock(&s));
	GIVES(pthread_spin_trylock(&s));
	GIVES(pthread_spin_unlock(&s));
	sem_t sem;
	TELL(sem_init(&sem, 0, 2));
	TELL(sem_wait(&sem));
	TELL(sem_trywait(&sem));
	TELL(sem_trywait(&sem));
	t = soon(10);
	TELL(sem_timedwait(&sem, &t));
	TELL(sem_timedwait(&sem, &(struct timespec){ 0, -1 }));
	TELL(sem_post(&sem));
	int value;
	TELL(sem_getvalue(&sem, &value));
	printf("%d\n", value);
	TELL(sem_destroy(&sem));
	t = soon(10);
	pthread_mutex_lock(&plain);
	GIVES(pthread_cond_timedwait(&condition, &plain, &t));
	GIVES(pthread_cond_timedwait(&condition, &plain, &(struct timespec){ 0, 2000000000 }));
	pthread_mutex_unlock(&plain);
	pthread_condattr_t a;
	clockid_t clock;
	pthread_condattr_init(&a);
	GIVES(pthread_condattr_setclock(&a, CLOCK_MONOTONIC));
	GIVES(pthread_condattr_getclock(&a, &clock));
	printf("%d\n", clock == CLOCK_MONOTONIC);
}

static pthread_barrier_t barrier;
static int serial;
static void *meets(void *p)
{
	for (int i = 0; i < 10; i++) if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD) __atomic_add_fetch(&serial, 1, __ATOMIC_SEQ_CST);
	return p;
}
static void barriers(void)
{
	pthread_t t[3];
	GIVES(pthread_barrier_init(&barrier, NULL, 0));
	GIVES(pthread_barrier_init(&barrier, NULL, 4));
	for (int i = 0; i < 3; i++) pthread_create(t + i, NULL, meets, NULL);
	meets(NULL);
	for (int i = 0; i < 3; i++) pthread_join(t[i], NULL);
	printf("%d\n", serial);
	GIVES(pthread_barrier_destroy(&barrier));
}

static pthread_key_t key, other_key;
static int rounds;
static void destroyed(void *p)
{
	if (++rounds < 3) pthread_setspecific(key, p);
}
static void *specific(void *p)
{
	pthread_setspecific(key, p);
	pthread_setspecific(other_key, p);
	return pthread_getspecific(key);
}
static void keys(void)
{
	int one = 1;
	GIVES(pthread_key_create(&key, destroyed));
	GIVES(pthread_key_create(&other_key, NULL));
	from_other(specific, &one);
	printf("%d %d\n", rounds, pthread_getspecific(key) == NULL);
	GIVES(pthread_key_delete(key));
	GIVES(pthread_key_delete(other_key));
}

static int cleaned;
static void clean(void *p) { cleaned = cleaned * 10 + (int)(intptr_t)p; }
static void *waits(void *p)
{
	pthread_cleanup_push(clean, (void *)1);
	pthread_cleanup_push(clean, (void *)2);
	for (;;) pause();
	pthread_cleanup_pop(0);
	pthread_cleanup_pop(0);
	return p;
}
static void *refuses(void *p)
{
	int old;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
	sem_post(p);
	usleep(20000);
	printf("still there, %d\n", old == PTHREAD_CANCEL_ENABLE);
	fflush(stdout);
	pthread_setcancelstate(old, NULL);
	pthread_testcancel();
	return p;
}
static void other_unlocks_void(void *m) { pthread_mutex_unlock(m); }
static void *in_condition(void *p)
{
	pthread_mutex_lock(&plain);
	pthread_cleanup_push(other_unlocks_void, &plain);
	sem_post(p);
	for (;;) pthread_cond_wait(&condition, &plain);
	pthread_cleanup_pop(1);
	return p;
}
static void cancels(void)
{
	pthread_t t;
	void *result;
	sem_t started;
	sem_init(&started, 0, 0);
	pthread_create(&t, NULL, waits, NULL);
	GIVES(pthread_cancel(t));
	GIVES(pthread_join(t, &result));
	printf("%d %d\n", result == PTHREAD_CANCELED, cleaned);
	pthread_create(&t, NULL, refuses, &started);
	sem_wait(&started);
	pthread_cancel(t);
	pthread_join(t, &result);
	printf("%d\n", result == PTHREAD_CANCELED);
	pthread_create(&t, NULL, in_condition, &started);
	sem_wait(&started);
	pthread_cancel(t);
	pthread_join(t, &result);
	printf("%d %d\n", result == PTHREAD_CANCELED, pthread_mutex_trylock(&plain));
	pthread_mutex_unlock(&plain);
	int type;
	GIVES(pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &type));
	GIVES(pthread_setcanceltype(77, NULL));
	GIVES(pthread_setcancelstate(77, NULL));
}

static void *named(void *p)
{
	char name[16];
	GIVES(pthread_setname_np(pthread_self(), "fifteen letters"));
	GIVES(pthread_getname_np(pthread_self(), name, sizeof name));
	printf("%s\n", name);
	GIVES(pthread_setname_np(pthread_self(), "sixteen letters!"));
	GIVES(pthread_getname_np(pthread_self(), name, 3));
	return p;
}
static void attributes(void)
{
	pthread_attr_t a;
	size_t size;
	int state;
	pthread_attr_init(&a);
	GIVES(pthread_attr_getdetachstate(&a, &state));
	printf("%d\n", state == PTHREAD_CREATE_JOINABLE);
	GIVES(pthread_attr_setdetachstate(&a, 77));
	GIVES(pthread_attr_setstacksize(&a, 1));
	GIVES(pthread_attr_setstacksize(&a, 262144));
	GIVES(pthread_attr_getstacksize(&a, &size));
	printf("%zu\n", size);
	GIVES(pthread_attr_setguardsize(&a, 8192));
	GIVES(pthread_attr_getguardsize(&a, &size));
	printf("%zu\n", size);
	GIVES(pthread_attr_setdetachstate(&a, PTHREAD_CREATE_DETACHED));
	pthread_t t;
	GIVES(pthread_create(&t, &a, named, NULL));
	usleep(100000);
	GIVES(pthread_attr_destroy(&a));
	GIVES(pthread_equal(pthread_self(), pthread_self()) != 0);
	GIVES(pthread_kill(pthread_self(), 0));
	GIVES(pthread_kill(pthread_self(), 999));
	clockid_t clock;
	GIVES(pthread_getcpuclockid(pthread_self(), &clock));
	struct timespec before, after;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
	for (volatile int i = 0; i < 3000000; i++);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
	printf("%d\n", after.tv_sec > before.tv_sec || after.tv_nsec > before.tv_nsec);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	mutexes();
	robustness();
	locks();
	barriers();
	keys();
	cancels();
	attributes();
	return 0;
}
