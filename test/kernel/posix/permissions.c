/* Whose files are, and what they let others do: as root, and as two users that are not. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tell.h"

static char base[] = "/tmp/permissions-XXXXXX";

static void show(const char *path)
{
	struct stat st;
	if (lstat(path, &st) < 0) printf("%s: errno %d\n", path, errno);
	else printf("%s: %o %d:%d %lld\n", path, (unsigned)st.st_mode, (int)st.st_uid, (int)st.st_gid, (long long)(S_ISREG(st.st_mode) ? st.st_size : 0));
}

static void put(const char *path, mode_t mode)
{
	int fd = open(path, O_CREAT | O_WRONLY, 0600);
	if (write(fd, "text", 4) != 4) abort();
	fchmod(fd, mode);
	close(fd);
}

/* Runs as a user of a group, in one more. */
static void as(int uid, int gid, int group, void (*act)(void))
{
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		gid_t groups[] = { group };
		if (setgroups(1, groups) < 0 || setgid(gid) < 0 || setuid(uid) < 0) abort();
		printf("-- %d:%d\n", uid, gid);
		act();
		fflush(stdout);
		_exit(0);
	}
	int status;
	waitpid(child, &status, 0);
	printf("-- ended with %x\n", status);
}

static void opening(void)
{
	char b[8];
	TELL(open("owner", O_RDONLY) >= 0);
	TELL(open("owner", O_RDWR) >= 0);
	TELL(open("owner", O_WRONLY | O_TRUNC) >= 0);
	TELL(open("group", O_RDONLY) >= 0);
	TELL(open("group", O_WRONLY) >= 0);
	TELL(open("all", O_RDWR) >= 0);
	TELL(open("none", O_RDONLY));
	TELL(open("none", O_PATH) >= 0);
	TELL(open("new", O_CREAT | O_RDWR, 0666));
	TELL(open("open/new", O_CREAT | O_RDWR, 0640) >= 0);
	TELL(open("open/new", O_CREAT | O_EXCL | O_RDWR, 0640));
	show("open/new");
	TELL(open("closed", O_RDONLY | O_DIRECTORY));
	TELL(open("closed/inside", O_RDONLY));
	TELL(open("closed/missing", O_RDONLY));
	TELL(open("listed", O_RDONLY | O_DIRECTORY) >= 0);
	TELL(open("listed/inside", O_RDONLY));
	TELL(open("passed", O_RDONLY | O_DIRECTORY));
	TELL(open("passed/inside", O_RDONLY) >= 0);
	TELL(stat("closed/inside", &(struct stat){ 0 }));
	TELL(stat("closed", &(struct stat){ 0 }));
	TELL(stat("closed/../all", &(struct stat){ 0 }));
	TELL(readlink("closed/link", b, 8));
	TELL(open("through", O_RDONLY));
	TELL(open("open", O_TMPFILE | O_RDWR, 0600) >= 0);
	TELL(open("passed", O_TMPFILE | O_RDWR, 0600));
}

static void asking(void)
{
	const char *names[] = { "owner", "group", "all", "none", "closed", "listed", "passed", "open", "program", "missing", "closed/inside" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		printf("%s:", names[i]);
		for (int mode = 0; mode < 8; mode++) {
			int r = access(names[i], mode);
			printf(" %d", r < 0 ? errno : 0);
		}
		printf("\n");
	}
}

static void making(void)
{
	TELL(mkdir("dir", 0777));
	TELL(mkdir("open/dir", 0777));
	show("open/dir");
	TELL(mkdir("shared/dir", 0777));
	show("shared/dir");
	TELL(open("shared/file", O_CREAT | O_RDWR, 0666) >= 0);
	show("shared/file");
	TELL(symlink("all", "open/link"));
	show("open/link");
	TELL(mkfifo("open/fifo", 0600));
	show("open/fifo");
	TELL(mknod("open/device", S_IFCHR | 0666, 0x103));
	TELL(mknod("open/plain", S_IFREG | 0644, 0));
	TELL(link("all", "open/hard"));
	TELL(link("all", "passed/hard"));
	TELL(rename("open/plain", "passed/plain"));
	TELL(rename("open/plain", "open/renamed"));
	TELL(rename("all", "open/all"));
	TELL(unlink("all"));
	TELL(unlink("passed/inside"));
	TELL(unlink("sticky/other"));
	TELL(rename("sticky/other", "sticky/mine"));
	TELL(open("sticky/own", O_CREAT | O_RDWR, 0600) >= 0);
	TELL(rename("sticky/own", "sticky/own2"));
	TELL(unlink("sticky/own2"));
	TELL(rmdir("sticky/dir"));
	TELL(rmdir("open/dir"));
	TELL(unlink("open/link"));
	TELL(unlink("open/fifo"));
	TELL(unlink("open/renamed"));
	TELL(unlink("open/hard"));
	TELL(unlink("open/new"));
	TELL(rmdir("shared/dir"));
	TELL(unlink("shared/file"));
}

static void changing(void)
{
	struct timespec times[2] = { { 5, 0 }, { 6, 0 } }, now[2] = { { 0, UTIME_NOW }, { 0, UTIME_NOW } };
	TELL(chmod("all", 0600));
	TELL(chmod("owner", 0600));
	TELL(chown("owner", 1000, 1000));
	TELL(chown("owner", -1, 2000));
	TELL(chown("owner", -1, 50));
	TELL(chown("owner", 1001, -1));
	TELL(chown("all", -1, -1));
	TELL(chown("all", 1000, -1));
	TELL(truncate("owner", 2));
	TELL(truncate("group", 2));
	TELL(truncate("all", 3));
	TELL(utimensat(AT_FDCWD, "all", times, 0));
	TELL(utimensat(AT_FDCWD, "all", now, 0));
	TELL(utimensat(AT_FDCWD, "all", NULL, 0));
	TELL(utimensat(AT_FDCWD, "group", NULL, 0));
	TELL(utimensat(AT_FDCWD, "owner", times, 0));
	int fd = open("open/mine", O_CREAT | O_RDWR, 0600);
	TELL(fchown(fd, -1, 50));
	TELL(fchmod(fd, 02755));
	show("open/mine");
	TELL(fchown(fd, -1, 3000));
	TELL(fchmod(fd, 06755));
	TELL(fchown(fd, -1, getegid()));
	show("open/mine");
	unlink("open/mine");
	fd = open("all", O_RDONLY);
	TELL(fchmod(fd, 0777));
	TELL(fchown(fd, 1000, 1000));
	show("owner");
	show("all");
}

static void moving(void)
{
	char b[256];
	TELL(chdir("closed"));
	TELL(chdir("listed"));
	TELL(chdir("passed"));
	TELL(open("inside", O_RDONLY) >= 0);
	TELL(open(".", O_RDONLY));
	TELL(chdir(".."));
	TELL(getcwd(b, sizeof b) != NULL);
	int fd = open("listed", O_RDONLY);
	TELL(fchdir(fd));
	TELL(faccessat(fd, "inside", F_OK, 0));
	TELL(execl("none", "none", NULL));
	TELL(execl("all", "all", NULL));
	TELL(execl("closed/inside", "inside", NULL));
	TELL(chroot("open"));
	TELL(sethostname("x", 1));
	struct sockaddr_un a = { AF_UNIX, "open/socket" };
	int s = socket(AF_UNIX, SOCK_STREAM, 0);
	TELL(bind(s, (void *)&a, sizeof a));
	show("open/socket");
	unlink("open/socket");
	strcpy(a.sun_path, "passed/socket");
	s = socket(AF_UNIX, SOCK_STREAM, 0);
	TELL(bind(s, (void *)&a, sizeof a));
}

/* By its real ids, not by those that it has taken on. */
static void borrowing(void)
{
	if (seteuid(0) == 0) printf("it should not\n");
	errno = 0;
	TELL(access("owner", R_OK));
	TELL(faccessat(AT_FDCWD, "owner", R_OK, 0));
}

int main(void)
{
	umask(022);
	if (!mkdtemp(base) || chdir(base) < 0) return 1;
	chmod(".", 0755);
	put("owner", 0644);
	chown("owner", 1000, 100);
	put("group", 0060);
	chown("group", 2, 50);
	put("all", 0666);
	put("none", 0000);
	put("program", 0711);
	const struct { const char *name; int mode; } directories[] = {
		{ "closed", 0700 }, { "listed", 0704 }, { "passed", 0711 }, { "open", 0777 }, { "sticky", 01777 }, { "shared", 02777 },
	};
	for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
		char path[64];
		mkdir(directories[i].name, 0755);
		sprintf(path, "%s/inside", directories[i].name);
		put(path, 0644);
		chmod(directories[i].name, directories[i].mode);
	}
	chown("shared", 0, 77);
	put("sticky/other", 0666);
	mkdir("sticky/dir", 0777);
	if (symlink("inside", "closed/link") < 0 || symlink("closed/inside", "through") < 0) return 1;
	void (*acts[])(void) = { opening, asking, making, changing, moving, borrowing };
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
		as(1000, 1000, 50, acts[i]);
		as(1001, 1001, 1001, acts[i]);
	}
	/* Root: what nobody may run, it may not either; and what it gives away loses what it lent. */
	asking();
	TELL(execl("all", "all", NULL));
	put("lent", 06755);
	TELL(chown("lent", 1000, 1000));
	show("lent");
	TELL(chmod("lent", 06755));
	TELL(setegid(5));
	TELL(seteuid(1000));
	TELL(access("none", R_OK));
	TELL(open("none", O_RDONLY));
	TELL(seteuid(0));
	TELL(open("none", O_RDONLY) >= 0);
	chdir("/");
	char command[64];
	sprintf(command, "%s", base);
	return 0;
}
