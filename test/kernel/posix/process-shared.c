/* Locks in memory that processes share: what is atomic has to be so among them. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct shared {
	pthread_mutex_t mutex, robust;
	pthread_cond_t changed;
	pthread_rwlock_t rwlock;
	pthread_barrier_t barrier;
	sem_t semaphore;
	int count, turn, written;
};

enum { PROCESSES = 4, ROUNDS = 60 };

static struct shared *make(void *memory)
{
	struct shared *s = memory;
	pthread_mutexattr_t m;
	pthread_condattr_t c;
	pthread_rwlockattr_t r;
	pthread_barrierattr_t b;
	pthread_mutexattr_init(&m);
	pthread_condattr_init(&c);
	pthread_rwlockattr_init(&r);
	pthread_barrierattr_init(&b);
	pthread_mutexattr_setpshared(&m, PTHREAD_PROCESS_SHARED);
	pthread_condattr_setpshared(&c, PTHREAD_PROCESS_SHARED);
	pthread_rwlockattr_setpshared(&r, PTHREAD_PROCESS_SHARED);
	pthread_barrierattr_setpshared(&b, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&s->mutex, &m);
	pthread_mutexattr_setrobust(&m, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&s->robust, &m);
	pthread_cond_init(&s->changed, &c);
	pthread_rwlock_init(&s->rwlock, &r);
	pthread_barrier_init(&s->barrier, &b, PROCESSES);
	sem_init(&s->semaphore, 1, 2);
	return s;
}

static void compete(struct shared *s, int id)
{
	pthread_barrier_wait(&s->barrier);
	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&s->mutex);
		s->count++;
		pthread_mutex_unlock(&s->mutex);
	}
	for (int i = 0; i < ROUNDS / 4; i++) {
		sem_wait(&s->semaphore);
		sem_post(&s->semaphore);
		pthread_rwlock_wrlock(&s->rwlock);
		s->written++;
		pthread_rwlock_unlock(&s->rwlock);
		pthread_rwlock_rdlock(&s->rwlock);
		pthread_rwlock_unlock(&s->rwlock);
	}
	for (int i = 0; i < 3; i++) {
		pthread_mutex_lock(&s->mutex);
		while (s->turn % PROCESSES != id) pthread_cond_wait(&s->changed, &s->mutex);
		s->turn++;
		pthread_cond_broadcast(&s->changed);
		pthread_mutex_unlock(&s->mutex);
	}
}

static void all(struct shared *s)
{
	for (int id = 0; id < PROCESSES; id++)
		if (!fork()) {
			compete(s, id);
			_exit(0);
		}
	while (wait(NULL) > 0);
	int left;
	sem_getvalue(&s->semaphore, &left);
	printf("%d %d %d, semaphore %d\n", s->count, s->written, s->turn, left);
	fflush(stdout);
}

int main(void)
{
	struct shared *s = make(mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	all(s);

	if (!fork()) {
		pthread_mutex_lock(&s->robust);
		_exit(0);
	}
	wait(NULL);
	printf("owner died: %d\n", pthread_mutex_lock(&s->robust) == EOWNERDEAD);
	pthread_mutex_consistent(&s->robust);
	printf("unlocked: %d\n", pthread_mutex_unlock(&s->robust));
	fflush(stdout);

	int id = shmget(IPC_PRIVATE, sizeof *s, IPC_CREAT | 0600);
	all(make(shmat(id, NULL, 0)));
	shmctl(id, IPC_RMID, NULL);

	char name[] = "/tmp/process-shared-XXXXXX";
	int fd = mkstemp(name);
	ftruncate(fd, sizeof *s);
	all(make(mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)));
	unlink(name);

	sem_t *named = sem_open("/process-shared", O_CREAT | O_EXCL, 0600, 0);
	if (!fork()) {
		sem_t *own = sem_open("/process-shared", 0);
		for (int i = 0; i < 5; i++) sem_post(own);
		_exit(0);
	}
	for (int i = 0; i < 5; i++) sem_wait(named);
	wait(NULL);
	printf("named: %d\n", sem_trywait(named));
	struct timespec soon;
	clock_gettime(CLOCK_REALTIME, &soon);
	printf("in time: %d\n", sem_timedwait(named, &soon));
	sem_unlink("/process-shared");
}
