/* Programs that run as their owner (set-user-ID), and those that may not. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tell.h"

extern char **environ;

static void who(void)
{
	uid_t r, e, s;
	gid_t rg, eg, sg;
	getresuid(&r, &e, &s);
	getresgid(&rg, &eg, &sg);
	printf("%d %d %d, %d %d %d\n", r, e, s, rg, eg, sg);
}

static void as(int own, int mode, int uid, int gid, int nothing_new)
{
	fchmod(own, 0755);
	fchown(own, uid, gid);
	fchmod(own, mode);
	printf("%o %d %d%s: ", mode, uid, gid, nothing_new ? " and nothing new" : "");
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		if (setgid(1000) < 0 || setuid(1000) < 0) _exit(1);
		if (nothing_new && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) _exit(2);
		char *argv[] = { "borrowed", "told", NULL };
		fexecve(own, argv, environ);
		printf("errno %d\n", errno);
		fflush(stdout);
		_exit(3);
	}
	int status;
	waitpid(pid, &status, 0);
	printf("ended with %x\n", status);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		who();
		return 0;
	}
	int own = open("/proc/self/exe", O_RDONLY);
	struct stat before;
	if (own < 0 || fstat(own, &before) < 0) return 1;
	as(own, 0755, 0, 0, 0);
	as(own, 04755, 0, 0, 0);
	as(own, 04755, 0, 0, 1);
	as(own, 04755, 1234, 55, 0);
	as(own, 02755, 1234, 55, 0);
	as(own, 02745, 1234, 55, 0);
	as(own, 06755, 1234, 55, 0);
	as(own, 0700, 0, 0, 0);
	fchown(own, before.st_uid, before.st_gid);
	fchmod(own, before.st_mode & 07777);
	return 0;
}
