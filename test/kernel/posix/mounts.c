/* Mounts: memory of their own, parts of the tree at other places (mount, umount). */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tell.h"

static char base[] = "/tmp/mounts-XXXXXX";

static void put(const char *path, const char *text)
{
	int fd = open(path, O_CREAT | O_WRONLY, 0644);
	if (fd < 0 || write(fd, text, strlen(text)) < 0) printf("%s: errno %d\n", path, errno);
	close(fd);
}
static void get(const char *path)
{
	char b[32] = "";
	int fd = open(path, O_RDONLY);
	if (fd < 0) { printf("%s: errno %d\n", path, errno); return; }
	read(fd, b, 31);
	close(fd);
	printf("%s: %s\n", path, b);
}
static int device_of(const char *path) { struct stat st; return stat(path, &st) < 0 ? -1 : (int)st.st_dev; }

static void script(const char *path, int mode)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0755);
	if (write(fd, "none", 4) < 0) printf("errno %d\n", errno);
	close(fd);
	chmod(path, mode);
}
/* ENOEXEC: it would have been run. */
static void run(const char *path)
{
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		char *argv[] = { (char *)path, NULL };
		execv(path, argv);
		_exit(errno);
	}
	int status;
	waitpid(pid, &status, 0);
	printf("%s: %d\n", path, WEXITSTATUS(status));
}
static int flags_of(const char *path)
{
	struct statfs fs;
	return statfs(path, &fs) < 0 ? -1 : fs.f_flags & 15;
}
static void mounted_as(const char *path)
{
	char line[4096];
	FILE *file = fopen("/proc/self/mounts", "r");
	while (file && fgets(line, sizeof line, file)) {
		char where[1024], options[1024];
		if (sscanf(line, "%*s %1023s %*s %1023s", where, options) != 2) continue;
		size_t length = strlen(where), wanted = strlen(path);
		if (length < wanted || strcmp(where + length - wanted, path)) continue;
		printf("%s: %s %s %s %s\n", path, strncmp(options, "ro", 2) ? "rw" : "ro", strstr(options, "nosuid") ? "nosuid" : "",
			strstr(options, "nodev") ? "nodev" : "", strstr(options, "noexec") ? "noexec" : "");
	}
	if (file) fclose(file);
}

/* What a mount forbids in it, and what it begins with. */
static void restrictions(void)
{
	struct stat st;
	TELL(mount("none", "m", "tmpfs", MS_NOEXEC | MS_NODEV | MS_NOSUID, NULL));
	TELL(flags_of("m"));
	mounted_as("/m");
	script("m/script", 0755);
	run("m/script");
	int fd = open("m/script", O_RDONLY);
	TELL(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED ? -1 : 0);
	TELL(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED ? -1 : 0);
	close(fd);
	TELL(mknod("m/null", S_IFCHR | 0666, makedev(1, 3)));
	TELL(open("m/null", O_RDWR));
	TELL(access("m/null", R_OK));
	TELL(mkfifo("m/fifo", 0600));
	TELL(open("m/fifo", O_RDWR) >= 0);
	TELL(umount2("m", MNT_DETACH));
	TELL(mount("none", "m", "tmpfs", 0, "mode=750,uid=7,gid=8"));
	stat("m", &st);
	printf("%o %d %d %d\n", (unsigned)st.st_mode, (int)st.st_uid, (int)st.st_gid, flags_of("m"));
	script("m/script", 0755);
	run("m/script");
	/* Another mount(2) forbids more, and takes that back; what is bound again is bound as it is. */
	TELL(mount("m", "b", NULL, MS_BIND, NULL));
	TELL(mount(NULL, "b", NULL, MS_REMOUNT | MS_BIND | MS_NOEXEC | MS_RDONLY, NULL));
	run("b/script");
	run("m/script");
	TELL(mount("b", "a", NULL, MS_BIND, NULL));
	TELL(flags_of("a"));
	mounted_as("/a");
	run("a/script");
	TELL(open("a/new", O_CREAT | O_WRONLY, 0644));
	TELL(mount(NULL, "b", NULL, MS_REMOUNT | MS_BIND, NULL));
	run("b/script");
	run("a/script");
	TELL(umount("a"));
	TELL(umount("b"));
	TELL(umount("m"));
	TELL(mount("none", "m", "tmpfs", 0, "mode=8"));
	TELL(mount("none", "m", "tmpfs", 0, "uid=x"));
	TELL(mount("none", "m", "tmpfs", 0, "nothing"));
}

int main(void)
{
	/* What is mounted here is nobody else's. */
	if (unshare(CLONE_NEWNS) == 0) mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	if (!mkdtemp(base) || chdir(base) < 0) return 1;
	mkdir("a", 0755);
	mkdir("a/in", 0755);
	mkdir("b", 0755);
	mkdir("m", 0755);
	put("a/file", "in a");
	put("m/covered", "covered");
	put("plain", "plain");
	put("over", "over");
	TELL(mount("none", "m", "tmpfs", 0, NULL));
	get("m/covered");
	struct statfs fs;
	TELL(statfs("m", &fs));
	printf("%lx %d\n", (long)fs.f_type, device_of("m") != device_of("."));
	struct stat st;
	stat("m", &st);
	printf("%o\n", (unsigned)st.st_mode);
	put("m/own", "own");
	mkdir("m/dir", 0755);
	put("m/dir/deep", "deep");
	get("m/own");
	get("m/dir/../own");
	get("m/../plain");
	TELL(rename("m/own", "own"));
	TELL(link("m/own", "own"));
	TELL(rename("m/own", "m/dir/own"));
	TELL(rmdir("m"));
	TELL(rename("m", "n"));
	TELL(umount2("m", 64));
	TELL(umount("m/dir"));
	TELL(umount("plain"));
	TELL(umount("missing"));
	int fd = open("m/dir/deep", O_RDWR);
	TELL(umount("m"));
	char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	map[0] = 'D';
	get("m/dir/deep");
	munmap(map, 4096);
	close(fd);
	TELL(chdir("m"));
	TELL(umount("../m"));
	TELL(chdir(".."));
	TELL(umount("m"));
	get("m/covered");
	get("m/own");
	/* A part of the tree. */
	TELL(mount("a", "b", NULL, MS_BIND, NULL));
	get("b/file");
	put("b/new", "made through b");
	get("a/new");
	put("a/other", "made in a");
	get("b/other");
	TELL(device_of("a") == device_of("b"));
	TELL(rename("a/new", "b/new2"));
	TELL(rename("b/new", "b/in/new"));
	get("a/in/new");
	get("b/in/../file");
	get("b/../plain");
	char b[4096];
	TELL(chdir("b/in"));
	TELL(strcmp(getcwd(b, sizeof b) ? b + strlen(base) : "", "/b/in"));
	TELL(chdir("../.."));
	TELL(mount(NULL, "b", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
	TELL(open("b/file", O_RDWR));
	TELL(open("b/x", O_CREAT | O_WRONLY, 0644));
	TELL(mkdir("b/y", 0755));
	TELL(unlink("b/other"));
	TELL(chmod("b/file", 0600));
	TELL(open("a/file", O_RDWR) >= 0);
	TELL(umount("b"));
	TELL(access("b/file", F_OK));
	/* A file over a file. */
	TELL(mount("plain", "over", NULL, MS_BIND, NULL));
	get("over");
	TELL(umount("over"));
	get("over");
	TELL(mount("plain", "m", NULL, MS_BIND, NULL));
	TELL(mount("a", "over", NULL, MS_BIND, NULL));
	TELL(mount("none", "m", "nosuchfs", 0, NULL));
	TELL(mount("none", "missing", "tmpfs", 0, NULL));
	TELL(mount("missing", "m", NULL, MS_BIND, NULL));
	/* One over another, and one within another. */
	TELL(mount("none", "m", "tmpfs", 0, NULL));
	put("m/first", "1");
	TELL(mount("none", "m", "tmpfs", MS_RDONLY, NULL));
	get("m/first");
	TELL(open("m/x", O_CREAT | O_WRONLY, 0644));
	TELL(umount("m"));
	get("m/first");
	mkdir("m/sub", 0755);
	TELL(mount("none", "m/sub", "tmpfs", 0, NULL));
	TELL(umount("m"));
	TELL(umount("m/sub"));
	fd = open("m/first", O_RDONLY);
	TELL(umount2("m", MNT_DETACH));
	get("m/first");
	TELL(read(fd, b, 10));
	close(fd);
	TELL(mount("proc", "m", "proc", 0, NULL));
	TELL(access("m/self/status", R_OK));
	TELL(umount("m"));
	restrictions();
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		if (setuid(1000) < 0) _exit(1);
		TELL(mount("none", "m", "tmpfs", 0, NULL));
		TELL(umount("m"));
		fflush(stdout);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	return 0;
}
