/* Files and directories that are watched (inotify). */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tell.h"

static char base[] = "/tmp/watching-XXXXXX";
static int in;
static uint32_t last_cookie;

static void events(const char *what)
{
	char b[8192] __attribute__((aligned(8)));
	printf("-- %s\n", what);
	long n = read(in, b, sizeof b);
	if (n < 0) { printf("errno %d\n", errno); return; }
	for (char *p = b; p < b + n;) {
		struct inotify_event *e = (void *)p;
		printf("%d %x %s %u", e->wd, e->mask, e->len ? e->name : "-", e->len);
		if (e->cookie) printf(" cookie %s", e->cookie == last_cookie ? "same" : "new");
		if (e->cookie) last_cookie = e->cookie;
		printf("\n");
		p += sizeof *e + e->len;
	}
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_APPEND, 0644);
	if (write(fd, text, strlen(text)) < 0) abort();
	close(fd);
}

int main(void)
{
	if (!mkdtemp(base) || chdir(base) < 0) return 1;
	TELL(inotify_init1(1) < 0);
	in = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	TELL(in >= 0);
	mkdir("dir", 0755);
	put("file", "text");
	TELL(inotify_add_watch(in, ".", IN_ALL_EVENTS));
	TELL(inotify_add_watch(in, "file", IN_ALL_EVENTS));
	TELL(inotify_add_watch(in, "dir", IN_CREATE | IN_DELETE | IN_MOVE | IN_DELETE_SELF | IN_MOVE_SELF));
	events("nothing");
	put("file", "more");
	events("written");
	put("new", "x");
	events("new file");
	char b[16];
	int fd = open("file", O_RDONLY);
	read(fd, b, 4);
	close(fd);
	events("read");
	chmod("file", 0600);
	events("mode");
	utimensat(AT_FDCWD, "file", NULL, 0);
	events("times");
	truncate("file", 2);
	events("cut");
	link("file", "link");
	events("link");
	unlink("link");
	events("unlink of one of two");
	symlink("file", "symbolic");
	events("symbolic link");
	mkdir("sub", 0755);
	events("directory");
	put("dir/inside", "y");
	events("inside");
	rename("dir/inside", "dir/moved");
	events("renamed within");
	rename("dir/moved", "moved");
	events("moved out");
	rename("moved", "dir/back");
	events("moved in");
	rename("new", "file2");
	put("new", "z");
	in = in;
	events("renamed");
	rename("new", "file2");
	events("replaced");
	rename("dir", "dir2");
	events("watched directory moved");
	put("dir2/after", "w");
	events("still watched");
	DIR *d = opendir("dir2");
	closedir(d);
	events("opened directory");
	rmdir("sub");
	events("removed directory");
	fd = open("file", O_RDWR);
	unlink("file");
	events("unlinked while open");
	write(fd, "still", 5);
	close(fd);
	events("gone");
	TELL(inotify_rm_watch(in, 2));
	TELL(inotify_rm_watch(in, 99));
	TELL(inotify_rm_watch(0, 1));
	unlink("dir2/back");
	unlink("dir2/after");
	rmdir("dir2");
	events("watched directory removed");
	TELL(inotify_add_watch(in, ".", IN_CREATE));
	TELL(inotify_add_watch(in, ".", IN_DELETE | IN_MASK_ADD));
	TELL(inotify_add_watch(in, ".", IN_DELETE | IN_MASK_CREATE));
	put("a", "1");
	unlink("a");
	events("two kinds");
	TELL(inotify_rm_watch(in, 1));
	events("removed watch");
	TELL(inotify_add_watch(in, ".", IN_CREATE | IN_ONESHOT));
	put("b", "1");
	put("c", "1");
	events("one shot");
	TELL(inotify_add_watch(in, "b", IN_ONLYDIR | IN_CREATE));
	TELL(inotify_add_watch(in, "missing", IN_CREATE));
	TELL(inotify_add_watch(in, ".", 0));
	TELL(inotify_add_watch(-1, ".", IN_CREATE));
	TELL(inotify_add_watch(1, ".", IN_CREATE));
	int w = inotify_add_watch(in, ".", IN_CREATE | IN_MOVED_TO);
	put("one", "1");
	int waiting;
	TELL(ioctl(in, FIONREAD, &waiting));
	printf("%d\n", waiting);
	struct pollfd p = { in, POLLIN, 0 };
	TELL(poll(&p, 1, 0));
	TELL(read(in, b, 16));
	events("name");
	TELL(poll(&p, 1, 0));
	/* By another process, while this one waits. */
	fflush(stdout);
	fcntl(in, F_SETFL, 0);
	pid_t pid = fork();
	if (pid == 0) {
		usleep(50000);
		put("by the child with a rather long name", "1");
		_exit(0);
	}
	events("waited for");
	waitpid(pid, NULL, 0);
	TELL(w > 0);
	TELL(write(in, "x", 1));
	TELL(close(in));
	return 0;
}
