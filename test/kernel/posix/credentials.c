/* Users and groups (run as root, and natively only as root beside us): what may be set, by whom, and what a child has of it. */
#define _GNU_SOURCE
#include <grp.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tell.h"

extern char **environ;

static void ids(const char *when)
{
	uid_t r, e, s;
	gid_t rg, eg, sg, list[10];
	getresuid(&r, &e, &s);
	getresgid(&rg, &eg, &sg);
	printf("%s: users %d %d %d, groups %d %d %d, get %d %d %d %d;", when, r, e, s, rg, eg, sg, getuid(), geteuid(), getgid(), getegid());
	int count = getgroups(10, list);
	for (int i = 0; i < count; i++) printf(" %d", list[i]);
	puts("");
}

static void again(char *mode, posix_spawnattr_t *at)
{
	pid_t pid;
	int status;
	char *args[] = { "child", mode, NULL };
	fflush(stdout);
	if (posix_spawn(&pid, "/proc/self/exe", NULL, at, args, environ)) { perror("posix_spawn"); exit(1); }
	waitpid(pid, &status, 0);
	if (status) printf("status %x\n", status);
}

int main(int argc, char **argv)
{
	gid_t list[] = { 30, 10, 20 };
	posix_spawnattr_t at;
	char *mode = argc > 1 ? argv[1] : "";
	if (!*mode) {
		posix_spawnattr_init(&at);
		posix_spawnattr_setflags(&at, POSIX_SPAWN_RESETIDS);
		TELL(setgroups(3, list));
		TELL(getgroups(0, NULL));
		TELL(getgroups(2, list));
		ids("root");
		again("setuid", NULL);
		again("setreuid", NULL);
		again("setresuid", NULL);
		again("setgid", NULL);
		TELL(setresuid(1000, 1001, 1002));
		ids("child");
		again("ids", NULL);
		again("ids", &at);
		TELL(setgroups(0, NULL));
		ids("end");
		fflush(stdout);
		return 0;
	}
	if (!strcmp(mode, "ids")) { ids("spawned"); return 0; }
	if (!strcmp(mode, "setuid")) {
		TELL(setuid(-1));
		TELL(seteuid(1000));
		ids("seteuid");
		TELL(setuid(5));
		TELL(setuid(0));
		ids("back");
		TELL(setuid(1000));
		ids("setuid");
		TELL(setuid(0));
		TELL(seteuid(0));
		TELL(setgid(5));
		TELL(setreuid(0, -1));
	}
	if (!strcmp(mode, "setreuid")) {
		TELL(setreuid(1000, -1));
		ids("real");
		TELL(setreuid(-1, 1001));
		ids("effective");
		TELL(setreuid(1001, 1000));
		ids("changed");
		TELL(setreuid(-1, 0));
		TELL(setreuid(1000, 1001));
		TELL(setreuid(7, -1));
		ids("end");
	}
	if (!strcmp(mode, "setresuid")) {
		TELL(setresuid(-1, 1, 2));
		ids("set");
		TELL(setresuid(2, 0, 1));
		ids("turned");
		TELL(setresuid(4, 5, 6));
		TELL(setresuid(2, 1, 1));
		TELL(setresuid(0, -1, -1));
		ids("end");
	}
	if (!strcmp(mode, "setgid")) {
		TELL(setegid(7));
		ids("setegid");
		TELL(setgid(8));
		ids("setgid");
		TELL(setregid(9, 10));
		ids("setregid");
		TELL(setuid(1));
		TELL(setregid(10, 9));
		TELL(setgid(8));
		TELL(setresgid(9, 9, 9));
		ids("end");
	}
	return 0;
}
