/* Extended attributes. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "tell.h"

static char base[] = "/tmp/attributes-XXXXXX", buffer[70000];

static int order(const void *a, const void *b) { return strcmp(*(char **)a, *(char **)b); }
static void names(const char *path)
{
	long n = llistxattr(path, buffer, sizeof buffer);
	char *list[32];
	int count = 0;
	for (char *p = buffer; p < buffer + n; p += strlen(p) + 1) if (strncmp(p, "security.", 9)) list[count++] = p;
	qsort(list, count, sizeof *list, order);
	printf("%s:", path);
	for (int i = 0; i < count; i++) printf(" %s", list[i]);
	printf("\n");
}

int main(void)
{
	if (!mkdtemp(base) || chdir(base) < 0) return 1;
	chmod(".", 0755);
	int fd = open("file", O_CREAT | O_RDWR, 0644);
	mkdir("dir", 0755);
	mkdir("sticky", 01777);
	symlink("file", "link");
	mkfifo("fifo", 0666);
	TELL(getxattr("file", "user.a", buffer, 10));
	TELL(setxattr("file", "user.a", "value", 5, 0));
	TELL(getxattr("file", "user.a", buffer, 10));
	TELL(memcmp(buffer, "value", 5));
	TELL(getxattr("file", "user.a", NULL, 0));
	TELL(getxattr("file", "user.a", buffer, 4));
	TELL(setxattr("file", "user.a", "other", 5, XATTR_CREATE));
	TELL(setxattr("file", "user.b", "other", 5, XATTR_REPLACE));
	TELL(setxattr("file", "user.b", "", 0, XATTR_CREATE));
	TELL(setxattr("file", "user.a", "longer value", 12, XATTR_REPLACE));
	TELL(fgetxattr(fd, "user.a", buffer, 100));
	TELL(getxattr("link", "user.b", buffer, 100));
	TELL(lgetxattr("link", "user.b", buffer, 100));
	TELL(lsetxattr("link", "user.b", "x", 1, 0));
	TELL(setxattr("fifo", "user.b", "x", 1, 0));
	TELL(getxattr("fifo", "user.b", buffer, 1));
	TELL(setxattr("dir", "user.d", "x", 1, 0));
	TELL(setxattr("file", "trusted.t", "x", 1, 0));
	TELL(setxattr("file", "unknown.t", "x", 1, 0));
	TELL(setxattr("file", "user.", "x", 1, 0));
	TELL(setxattr("file", "", "x", 1, 0));
	TELL(setxattr("missing", "user.a", "x", 1, 0));
	TELL(setxattr("file", "user.a", "x", 1, 77));
	TELL(setxattr("file", "user.a", buffer, 65537, 0));
	memset(buffer, 'n', 300);
	memcpy(buffer, "user.", 5);
	buffer[255] = 0;
	TELL(setxattr("file", buffer, "x", 1, 0));
	TELL(removexattr("file", buffer));
	buffer[255] = 'n';
	buffer[256] = 0;
	TELL(setxattr("file", buffer, "x", 1, 0));
	TELL(fsetxattr(-1, "user.a", "x", 1, 0));
	names("file");
	names("dir");
	names("link");
	rename("file", "renamed");
	link("renamed", "hard");
	names("hard");
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		if (setgid(1000) < 0 || setuid(1000) < 0) _exit(1);
		TELL(getxattr("renamed", "user.a", buffer, 100));
		TELL(setxattr("renamed", "user.a", "x", 1, 0));
		TELL(removexattr("renamed", "user.a"));
		TELL(getxattr("renamed", "trusted.t", buffer, 100));
		TELL(setxattr("renamed", "trusted.t", "x", 1, 0));
		TELL(setxattr("sticky", "user.s", "x", 1, 0));
		names("renamed");
		fflush(stdout);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	TELL(removexattr("renamed", "user.a"));
	TELL(removexattr("renamed", "user.a"));
	TELL(fremovexattr(fd, "user.b"));
	TELL(listxattr("missing", buffer, 10));
	TELL(removexattr("renamed", "trusted.t"));
	names("renamed");
	return 0;
}
