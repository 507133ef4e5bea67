/* Locks that belong to descriptions: flock, F_OFD_SETLK, and what becomes of them when the last descriptor is on its way. */
#define _GNU_SOURCE
#include "tell.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static long lock(int fd, int command, int type, long start, long length)
{
	struct flock request = { .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length };
	long result = fcntl(fd, command, &request);
	if (result == 0 && (command == F_OFD_GETLK || command == F_GETLK))
		printf("type %d from %ld, %ld long, pid %d\n", request.l_type, (long) request.l_start, (long) request.l_len,
			request.l_pid == getpid() ? 1 : request.l_pid);
	return result;
}

static void send_fd(int socket, int fd)
{
	union { char bytes[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } control;
	memset(&control, 0, sizeof control);
	struct iovec part = { "x", 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof fd);
	sendmsg(socket, &message, 0);
}

/* struct statx, as linux/stat.h has it: not every libc does. */
struct stat_x {
	unsigned mask, blksize;
	unsigned long long attributes;
	unsigned nlink, uid, gid;
	unsigned short mode, spare;
	unsigned long long ino, size, blocks, attributes_mask;
	struct { long long sec; unsigned nsec, pad; } atime, btime, ctime, mtime;
	unsigned rdev_major, rdev_minor, dev_major, dev_minor;
	unsigned long long more[14];
};

static void extended(const char *path)
{
	struct stat_x x;
	struct stat st;
	int fd = open(path, O_RDWR), pipes[2];
	write(fd, "12345", 5);
	stat(path, &st);
	TELL(syscall(SYS_statx, AT_FDCWD, path, 0, 0x7ff, &x));
	printf("%o %d %d %d %d\n", x.mode, x.nlink, (int) x.size, (x.mask & 0x7ff) == 0x7ff, (int) sizeof x);
	printf("%d %d %d\n", x.ino == st.st_ino, x.mtime.sec == st.st_mtim.tv_sec && x.mtime.nsec == st.st_mtim.tv_nsec,
		x.ctime.sec == st.st_ctim.tv_sec && x.blocks == (unsigned long long) st.st_blocks);
	TELL(syscall(SYS_statx, fd, "", AT_EMPTY_PATH, 0x7ff, &x));
	printf("%d\n", (int) x.size);
	pipe(pipes);
	TELL(syscall(SYS_statx, pipes[0], "", AT_EMPTY_PATH, 0x7ff, &x));
	printf("%o\n", x.mode & S_IFMT);
	TELL(syscall(SYS_statx, AT_FDCWD, "/dev/null", 0, 0x7ff, &x));
	printf("%u %u\n", x.rdev_major, x.rdev_minor);
	TELL(syscall(SYS_statx, fd, "", 0, 0x7ff, &x));
	TELL(syscall(SYS_statx, AT_FDCWD, path, 0x6000, 0x7ff, &x));
	TELL(syscall(SYS_statx, AT_FDCWD, path, 1, 0x7ff, &x));
	TELL(syscall(SYS_statx, AT_FDCWD, path, 0, 0x80000000u, &x));
	TELL(syscall(SYS_statx, AT_FDCWD, "nothing", 0, 0x7ff, &x));
	TELL(syscall(SYS_statx, 99, "", AT_EMPTY_PATH, 0x7ff, &x));
	close(fd);
}

int main(void)
{
	char folder[] = "/tmp/locks-XXXXXX";
	if (!mkdtemp(folder) || chdir(folder)) return 1;
	int a = open("file", O_RDWR | O_CREAT, 0600), b = open("file", O_RDWR), ends[2];
	TELL(lock(a, F_OFD_SETLK, F_WRLCK, 0, 10));
	TELL(lock(b, F_OFD_SETLK, F_WRLCK, 5, 10));
	TELL(lock(b, F_OFD_GETLK, F_WRLCK, 5, 10));
	TELL(lock(a, F_OFD_GETLK, F_WRLCK, 5, 10));
	TELL(lock(b, F_SETLK, F_RDLCK, 9, 1));
	TELL(lock(b, F_SETLK, F_WRLCK, 20, 5));
	TELL(lock(a, F_OFD_GETLK, F_RDLCK, 0, 0));
	TELL(lock(a, F_OFD_SETLK, F_WRLCK, 22, 1));
	struct flock request = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_pid = 1 };
	TELL(fcntl(a, F_OFD_SETLK, &request));
	int copy = dup(a);
	close(a);
	TELL(lock(b, F_OFD_SETLK, F_RDLCK, 0, 1));
	close(copy);
	TELL(lock(b, F_OFD_SETLK, F_RDLCK, 0, 1));
	/* A waiting one gets it when the other's description is gone. */
	a = open("file", O_RDWR);
	TELL(lock(a, F_OFD_SETLK, F_WRLCK, 100, 1));
	fflush(stdout);
	if (fork() == 0) {
		close(a);
		TELL(lock(b, F_OFD_SETLKW, F_WRLCK, 100, 1));
		fflush(stdout);
		_exit(0);
	}
	usleep(50000);
	close(a);
	wait(0);

	/* Sent, and lost on the way: flock ends with it. */
	a = open("file", O_RDWR);
	TELL(flock(a, LOCK_EX));
	socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
	send_fd(ends[0], a);
	close(a);
	TELL(flock(b, LOCK_EX | LOCK_NB));
	close(ends[1]);
	TELL(flock(b, LOCK_EX | LOCK_NB));
	extended("file");
	unlink("file");
	chdir("/");
	TELL(rmdir(folder));
	return 0;
}
