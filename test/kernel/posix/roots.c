/* Another root for a process and its children (chroot). */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tell.h"

static char base[] = "/tmp/roots-XXXXXX";

static void where(void)
{
	char path[PATH_MAX];
	long r = (long)(getcwd(path, sizeof path) != NULL);
	/* What lies outside is told in ways of the C library's. */
	printf("at %s\n", r && path[0] == '/' ? path : "nowhere");
}

static void content(const char *path)
{
	char text[16] = "";
	int fd = open(path, O_RDONLY);
	if (fd < 0) printf("%s: errno %d\n", path, errno);
	else {
		long n = read(fd, text, 15);
		printf("%s: %ld %s\n", path, n, text);
		close(fd);
	}
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_CREAT | O_WRONLY, 0644);
	if (write(fd, text, strlen(text)) < 0) abort();
	close(fd);
}

int main(void)
{
	if (!mkdtemp(base) || chdir(base) < 0) return 1;
	mkdir("jail", 0755);
	mkdir("jail/etc", 0755);
	mkdir("jail/deep", 0755);
	mkdir("jail/deep/er", 0755);
	put("secret", "outside");
	put("jail/etc/name", "inside");
	put("jail/top", "top");
	if (symlink("/etc/name", "jail/absolute") || symlink("../../../../secret", "jail/deep/climbing") || symlink("/secret", "jail/out")) return 1;
	int outside = open(".", O_RDONLY | O_DIRECTORY), kept = open("secret", O_RDONLY);
	TELL(chroot("jail/top"));
	TELL(chroot("missing"));
	TELL(chdir("jail/deep"));
	TELL(chroot(".."));
	where();
	content("/top");
	content("/etc/name");
	content("/absolute");
	content("/deep/climbing");
	content("climbing");
	content("/out");
	content("/../../../top");
	content("../../../../top");
	TELL(chdir("/"));
	where();
	TELL(chdir(".."));
	where();
	TELL(chdir("deep/er"));
	where();
	TELL(mkdir("/made", 0755));
	TELL(rename("/made", "/deep/moved"));
	TELL(access("/deep/moved", F_OK));
	TELL(symlink("/etc", "/link"));
	content("/link/name");
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		where();
		content("/etc/name");
		TELL(chroot("/deep"));
		TELL(chdir("/"));
		where();
		content("/top");
		TELL(access("/er", F_OK));
		fflush(stdout);
		_exit(3);
	}
	int status;
	waitpid(child, &status, 0);
	printf("child ended with %x\n", status);
	content("/top");
	/* What was open before leads out: that is no protection against root, on Linux neither. */
	char text[16] = "";
	printf("%ld %s\n", (long)read(kept, text, 15), text);
	TELL(openat(outside, "secret", O_RDONLY) >= 0);
	TELL(fchdir(outside));
	where();
	TELL(access("secret", F_OK));
	TELL(chroot("."));
	where();
	content("/secret");
	content("/jail/top");
	return 0;
}
