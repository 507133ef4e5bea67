/* Directories: reading them in order and out of order, trees, patterns, where things really are. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tell.h"

static char base[] = "/tmp/directories-XXXXXX";
static char lines[64][96];
static int count;

static void put(const char *path) { close(open(path, O_CREAT | O_WRONLY, 0644)); }
static int order(const void *a, const void *b) { return strcmp(a, b); }
static void sorted(void)
{
	qsort(lines, count, sizeof *lines, order);
	for (int i = 0; i < count; i++) printf("%s\n", lines[i]);
	count = 0;
}
static char kind(int type) { return type == FTW_F ? 'f' : type == FTW_D ? 'd' : type == FTW_DP ? 'p' : type == FTW_SL ? 'l' : type == FTW_SLN ? 'n' : '?'; }
static int visited(const char *path, const struct stat *st, int type, struct FTW *at)
{
	snprintf(lines[count++], 96, "%s %c %d %s %d", path, kind(type), at->level, path + at->base, S_ISDIR(st->st_mode) != 0);
	return 0;
}
static int stops(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type;
	return at->level == 1 && strcmp(path + at->base, "deep") == 0 ? 7 : 0;
}
static int plain(const char *path, const struct stat *st, int type)
{
	(void)st;
	snprintf(lines[count++], 96, "%s %c", path, kind(type));
	return 0;
}
static int visible(const struct dirent *entry) { return entry->d_name[0] != '.'; }

static void patterns(const char *pattern, int flags)
{
	glob_t g = { .gl_offs = 1 };
	int r = glob(pattern, flags, NULL, &g);
	printf("%s: %d", pattern, r);
	if (!r) for (size_t i = 0; i < g.gl_pathc; i++) printf(" %s", g.gl_pathv[i + ((flags & GLOB_DOOFFS) ? 1 : 0)]);
	printf("\n");
	if (!r) globfree(&g);
}

int main(void)
{
	if (!mkdtemp(base) || chdir(base) < 0) return 1;
	mkdir("deep", 0755);
	mkdir("deep/er", 0755);
	mkdir("empty", 0755);
	put("deep/a.txt");
	put("deep/er/b.txt");
	put("one.c");
	put("two.c");
	put(".hidden");
	put("star*");
	symlink("deep", "link");
	symlink("nowhere", "dangling");
	DIR *d = opendir(".");
	struct dirent *e;
	int n = 0;
	long places[32];
	char names[32][64];
	for (;;) {
		places[n] = telldir(d);
		if (!(e = readdir(d))) break;
		strcpy(names[n++], e->d_name);
	}
	printf("%d entries\n", n);
	int same = 1;
	for (int i = n - 1; i >= 0; i--) {
		seekdir(d, places[i]);
		e = readdir(d);
		same &= e && strcmp(e->d_name, names[i]) == 0;
	}
	printf("sought %d\n", same);
	rewinddir(d);
	put("later");
	n = 0;
	int saw = 0;
	while ((e = readdir(d))) n++, saw |= strcmp(e->d_name, "later") == 0;
	printf("%d entries, later %d\n", n, saw);
	TELL(dirfd(d) >= 0);
	TELL(closedir(d));
	unlink("later");
	errno = 0;
	TELL(opendir("one.c") != NULL);
	printf("%d\n", errno);
	d = fdopendir(open("deep", O_RDONLY));
	n = 0;
	while ((e = readdir(d))) n++;
	printf("%d\n", n);
	closedir(d);
	errno = 0;
	d = fdopendir(open("one.c", O_RDONLY));
	printf("%d %d\n", d != NULL, errno);
	struct dirent **list;
	n = scandir(".", &list, visible, alphasort);
	for (int i = 0; i < n; i++) printf("%s%s ", list[i]->d_name, list[i]->d_type == DT_DIR ? "/" : list[i]->d_type == DT_LNK ? "@" : "");
	printf("\n");
	/* Removing while reading. */
	mkdir("many", 0755);
	for (int i = 0; i < 300; i++) {
		char p[32];
		sprintf(p, "many/f%d", i);
		put(p);
	}
	d = opendir("many");
	n = 0;
	while ((e = readdir(d))) if (e->d_name[0] == 'f') unlinkat(dirfd(d), e->d_name, 0), n++;
	closedir(d);
	printf("removed %d\n", n);
	TELL(rmdir("many"));
	TELL(rmdir("deep"));
	TELL(rmdir("missing"));
	TELL(rmdir("one.c"));
	TELL(rmdir("link"));
	TELL(nftw(".", visited, 5, FTW_PHYS));
	sorted();
	TELL(nftw("deep", visited, 5, FTW_DEPTH));
	sorted();
	TELL(nftw(".", stops, 5, FTW_PHYS));
	TELL(ftw("deep", plain, 5));
	sorted();
	patterns("*.c", 0);
	patterns("*", 0);
	patterns("*", GLOB_MARK);
	patterns("d*/*", 0);
	patterns("*/*/*.txt", 0);
	patterns("none*", 0);
	patterns("none*", GLOB_NOCHECK);
	patterns("star\\*", 0);
	patterns("[ot]*.c", GLOB_DOOFFS);
	patterns(".*n", 0);
	patterns("deep/[a-z].txt", GLOB_NOSORT);
	char real[PATH_MAX];
	size_t prefix = strlen(base);
	const char *paths[] = { ".", "link", "link/er/../a.txt", "deep/./er//b.txt", "dangling", "missing", "one.c/x", "", "/tmp/.." };
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		errno = 0;
		char *r = realpath(paths[i], real);
		printf("%s: %s %d\n", paths[i], r ? strncmp(r, base, prefix) == 0 ? r + prefix : r : "none", r ? 0 : errno);
	}
	char target[64];
	TELL(readlink("link", target, 64));
	TELL(readlink("link", target, 2));
	TELL(readlink("one.c", target, 64));
	TELL(mkdir("deep", 0755));
	TELL(mkdir("a/b", 0755));
	TELL(mkdir("", 0755));
	TELL(chdir("deep/er"));
	TELL(rename("../../one.c", "moved.c"));
	TELL(access("moved.c", F_OK));
	TELL(chdir("../.."));
	TELL(rename("deep", "deep/er/x"));
	TELL(rename("deep", "empty"));
	TELL(access("empty/er/moved.c", F_OK));
	TELL(rename("empty", "two.c"));
	TELL(rename("two.c", "empty"));
	TELL(rename("missing", "x"));
	TELL(rename("link", "link2"));
	TELL(lstat("link2", &(struct stat){ 0 }));
	TELL(pathconf(".", _PC_NAME_MAX));
	TELL(pathconf(".", _PC_PATH_MAX));
	TELL(sysconf(_SC_PAGESIZE));
	TELL(sysconf(_SC_CLK_TCK));
	TELL(sysconf(_SC_IOV_MAX));
	TELL(sysconf(9999));
	return 0;
}
