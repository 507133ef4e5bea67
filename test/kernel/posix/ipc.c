/* System V messages, semaphores and shared memory; POSIX message queues. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <mqueue.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "tell.h"

struct message { long type; char text[9000]; };
union semun { int val; struct semid_ds *buf; unsigned short *array; };

static void messages(void)
{
	key_t key = ftok("/tmp", 'm') ^ getpid();
	int queue = msgget(key, IPC_CREAT | IPC_EXCL | 0640);
	printf("queue %d\n", queue >= 0);
	TELL(msgget(key, IPC_CREAT | IPC_EXCL | 0640));
	printf("same %d\n", msgget(key, 0640) == queue);
	TELL(msgget(key + 1, 0));
	struct message message = { 3, "three" };
	TELL(msgsnd(queue, &message, 6, 0));
	message.type = 1, strcpy(message.text, "one");
	TELL(msgsnd(queue, &message, 4, 0));
	message.type = 2, strcpy(message.text, "two, which is long");
	TELL(msgsnd(queue, &message, 19, 0));
	message.type = 0;
	TELL(msgsnd(queue, &message, 4, 0));
	message.type = 5;
	TELL(msgsnd(queue, &message, 9000, 0));
	TELL(msgsnd(queue, &message, 0, 0));
	struct msqid_ds state;
	TELL(msgctl(queue, IPC_STAT, &state));
	printf("%d messages, mode %o, limit %d, sent by me %d\n", (int)state.msg_qnum, state.msg_perm.mode, (int)state.msg_qbytes, state.msg_lspid == getpid());
	printf("times %d %d\n", state.msg_stime >= state.msg_ctime && state.msg_ctime > 1000000000, state.msg_rtime == 0);
	TELL(msgrcv(queue, &message, 100, -2, 0)); printf("%ld %s\n", message.type, message.text);
	TELL(msgrcv(queue, &message, 3, 2, 0));
	TELL(msgrcv(queue, &message, 3, 2, MSG_NOERROR)); printf("%ld %.3s\n", message.type, message.text);
	TELL(msgrcv(queue, &message, 100, 3, MSG_EXCEPT)); printf("%ld\n", message.type);
	TELL(msgrcv(queue, &message, 100, 9, IPC_NOWAIT));
	TELL(msgrcv(queue, &message, 100, 0, 0)); printf("%ld %s\n", message.type, message.text);
	TELL(msgrcv(queue, &message, 100, 0, IPC_NOWAIT));
	int sent = 0;
	message.type = 1;
	while (msgsnd(queue, &message, 1000, IPC_NOWAIT) == 0) sent++;
	printf("fit %d, errno %d\n", sent, errno);
	state.msg_qbytes = 4000, state.msg_perm.mode = 0600;
	TELL(msgctl(queue, IPC_SET, &state));
	TELL(msgctl(queue, IPC_STAT, &state));
	printf("limit %d, mode %o\n", (int)state.msg_qbytes, state.msg_perm.mode);
	TELL(msgctl(queue, IPC_RMID, NULL));
	TELL(msgctl(queue, IPC_RMID, NULL) < 0 && (errno == EINVAL || errno == EIDRM));
	TELL(msgsnd(-1, &message, 1, 0));
}

static void semaphores(void)
{
	int set = semget(IPC_PRIVATE, 3, 0600);
	printf("set %d\n", set >= 0);
	TELL(semget(IPC_PRIVATE, 0, 0600));
	unsigned short values[3] = { 1, 2, 3 };
	TELL(semctl(set, 0, SETALL, (union semun){ .array = values }));
	struct sembuf both[] = { { 0, -1, IPC_NOWAIT }, { 2, 4, 0 } };
	TELL(semop(set, both, 2));
	TELL(semop(set, both, 2));
	printf("%d %d %d\n", semctl(set, 0, GETVAL), semctl(set, 1, GETVAL), semctl(set, 2, GETVAL));
	struct sembuf zero = { 0, 0, 0 };
	TELL(semop(set, &zero, 1));
	struct sembuf too_much = { 1, 32767, 0 };
	TELL(semop(set, &too_much, 1));
	struct sembuf beyond = { 3, 1, 0 };
	TELL(semop(set, &beyond, 1));
	TELL(semop(set, &beyond, 0));
	struct sembuf many[600] = { { 0 } };
	TELL(semop(set, many, 600));
	TELL(semctl(set, 0, SETVAL, (union semun){ .val = -1 }));
	TELL(semctl(set, 0, SETVAL, (union semun){ .val = 32768 }));
	TELL(semctl(set, 1, SETVAL, (union semun){ .val = 7 }));
	TELL(semctl(set, 1, GETVAL));
	TELL(semctl(set, 3, GETVAL));
	printf("pid %d, waiting %d %d\n", semctl(set, 1, GETPID) == getpid(), semctl(set, 0, GETNCNT), semctl(set, 0, GETZCNT));
	struct sembuf wait = { 0, -1, 0 };
	struct timespec soon = { 0, 20000000 };
	TELL(semtimedop(set, &wait, 1, &soon));
	struct semid_ds state;
	TELL(semctl(set, 0, IPC_STAT, (union semun){ .buf = &state }));
	printf("%d semaphores, mode %o, operated %d\n", (int)state.sem_nsems, state.sem_perm.mode & 0777, state.sem_otime > 1000000000);
	memset(values, 0, sizeof values);
	TELL(semctl(set, 0, GETALL, (union semun){ .array = values }));
	printf("%d %d %d\n", values[0], values[1], values[2]);
	TELL(semctl(set, 0, 99));
	TELL(semctl(set, 0, IPC_RMID));
	TELL(semop(-1, &zero, 1));
}

static void segments(void)
{
	key_t key = ftok("/tmp", 's') ^ getpid();
	int segment = shmget(key, 5000, IPC_CREAT | 0600);
	printf("segment %d\n", segment >= 0);
	TELL(shmget(key, 9000, 0600));
	TELL(shmget(key + 1, 0, IPC_CREAT | 0600));
	char *one = shmat(segment, NULL, 0);
	char *two = shmat(segment, NULL, SHM_RDONLY);
	printf("attached %d, apart %d, zero %d\n", one != (void *)-1 && two != (void *)-1, one != two, one[0] == 0 && one[4999] == 0);
	strcpy(one + 4097, "over there");
	getppid();
	printf("%s\n", two + 4097);
	struct shmid_ds state;
	TELL(shmctl(segment, IPC_STAT, &state));
	printf("size %d, attached %d, by me %d %d\n", (int)state.shm_segsz, (int)state.shm_nattch, state.shm_cpid == getpid(), state.shm_lpid == getpid());
	TELL(shmdt(one + 4096));
	TELL(shmdt(one));
	TELL(shmdt(two));
	TELL(shmdt(two));
	TELL(shmctl(segment, IPC_STAT, &state));
	printf("attached %d\n", (int)state.shm_nattch);
	one = shmat(segment, NULL, 0);
	printf("kept: %s\n", one + 4097);
	errno = 0;
	printf("unaligned %d", shmat(segment, one + 8192 * 16 + 1, 0) == (void *)-1); printf(", errno %d\n", errno);
	TELL(shmctl(segment, IPC_RMID, NULL));
	TELL(shmctl(segment, IPC_STAT, &state));
	printf("going %d\n", (state.shm_perm.mode & 01000) != 0);
	TELL(shmget(key, 0, 0));
	TELL(shmdt(one));
	TELL(shmctl(segment, IPC_STAT, &state) < 0 && (errno == EINVAL || errno == EIDRM));
}

static void queues(void)
{
	char name[40];
	sprintf(name, "/portside-%d", (int)getpid());
	struct mq_attr attributes = { .mq_maxmsg = 3, .mq_msgsize = 16 };
	mqd_t queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
	printf("open %d\n", queue >= 0);
	TELL(mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attributes));
	mqd_t reads = mq_open(name, O_RDONLY | O_NONBLOCK);
	char text[16];
	unsigned priority;
	TELL(mq_receive(reads, text, 16, &priority));
	TELL(mq_receive(reads, text, 15, &priority));
	TELL(mq_send(reads, "no", 2, 0));
	TELL(mq_send(queue, "low", 4, 1));
	TELL(mq_send(queue, "high", 5, 9));
	TELL(mq_send(queue, "low too", 8, 1));
	TELL(mq_send(queue, "this is longer than may be", 26, 1));
	TELL(mq_send(queue, "x", 1, 40000));
	struct timespec past = { 1, 0 }, wrong = { 1, -1 };
	TELL(mq_timedsend(queue, "full", 5, 0, &past));
	TELL(mq_timedsend(queue, "full", 5, 0, &wrong));
	TELL(mq_getattr(queue, &attributes));
	printf("%ld %ld %ld %ld\n", attributes.mq_flags, attributes.mq_maxmsg, attributes.mq_msgsize, attributes.mq_curmsgs);
	struct pollfd ready = { queue, POLLIN | POLLOUT, 0 };
	TELL(poll(&ready, 1, 0)); printf("%x\n", ready.revents);
	for (int i = 0; i < 3; i++) { TELL(mq_receive(queue, text, 16, &priority)); printf("%s %u\n", text, priority); }
	TELL(poll(&ready, 1, 0)); printf("%x\n", ready.revents);
	TELL(mq_timedreceive(queue, text, 16, NULL, &past));
	struct mq_attr nonblocking = { .mq_flags = O_NONBLOCK };
	TELL(mq_setattr(queue, &nonblocking, &attributes)); printf("%ld\n", attributes.mq_flags);
	TELL(mq_receive(queue, text, 16, NULL));
	TELL(mq_send(queue, "", 0, 0));
	TELL(mq_receive(queue, text, 16, NULL));
	struct sigevent none = { .sigev_notify = SIGEV_NONE };
	TELL(mq_notify(queue, &none));
	TELL(mq_notify(queue, &none));
	TELL(mq_notify(queue, NULL));
	TELL(mq_close(reads));
	TELL(mq_close(reads));
	TELL(mq_unlink(name));
	TELL(mq_unlink(name));
	TELL(mq_send(queue, "still there", 12, 0));
	TELL(mq_receive(queue, text, 16, NULL));
	TELL(mq_getattr(0, &attributes));
	TELL(mq_open("/a/b", O_RDONLY));
	attributes.mq_maxmsg = 0;
	TELL(mq_open(name, O_RDWR | O_CREAT, 0600, &attributes));
}

int main(void)
{
	messages();
	semaphores();
	segments();
	queues();
	return 0;
}
