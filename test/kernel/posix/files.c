/* open, read, write, lseek, stat, directories, rename, unlink, and how they fail. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include "tell.h"

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(const char *path)
{
	char *names[16];
	int count = 0;
	DIR *directory = opendir(path);
	struct dirent *entry;
	while ((entry = readdir(directory))) names[count++] = strdup(entry->d_name);
	closedir(directory);
	qsort(names, count, sizeof *names, by_name);
	for (int i = 0; i < count; i++) printf("%s ", names[i]);
	printf("\n");
}

int main(void)
{
	char folder[] = "/tmp/files.XXXXXX", text[64] = "";
	struct stat st;
	if (!mkdtemp(folder) || chdir(folder)) return perror(folder), 1;
	int fd = open("one", O_RDWR | O_CREAT | O_EXCL, 0640);
	struct iovec parts[] = { { "gathered ", 9 }, { "write\n", 6 } };
	TELL(writev(fd, parts, 2));
	TELL(lseek(fd, 4, SEEK_SET));
	TELL(read(fd, text, sizeof text - 1));
	printf("%s", text);
	TELL(pread(fd, text, 3, 9));
	printf("%.3s\n", text);
	TELL(fstat(fd, &st));
	printf("size %lld mode %o links %d\n", (long long)st.st_size, st.st_mode, (int)st.st_nlink);
	TELL(ftruncate(fd, 100000));
	TELL(lseek(fd, 0, SEEK_END));
	TELL(close(fd));
	TELL(close(fd));
	TELL(open("one", O_CREAT | O_EXCL | O_RDWR, 0600));
	TELL(open("none", O_RDONLY));
	TELL(stat((char *)-4096, &st));
	TELL(mkdir("two", 0755));
	TELL(symlink("one", "three"));
	TELL(readlink("three", text, sizeof text));
	printf("%.3s\n", text);
	TELL(lstat("three", &st));
	printf("link %d\n", S_ISLNK(st.st_mode));
	TELL(rename("one", "two/four"));
	TELL(stat("three", &st));
	list(".");
	list("two");
	TELL(rmdir("two"));
	TELL(unlink("two/four"));
	TELL(unlink("three"));
	TELL(rmdir("two"));
	FILE *file = fopen("lines", "w+");
	for (int i = 0; i < 2000; i++) fprintf(file, "line %d\n", i);
	rewind(file);
	int lines = 0;
	while (fgets(text, sizeof text, file)) lines++;
	printf("%d lines, the last %s", lines, text);
	fclose(file);
	unlink("lines");
	printf("cwd %s\n", strncmp(getcwd(text, sizeof text), "/tmp/files.", 11) ? text : "as it should be");
	return chdir("/") || rmdir(folder);
}
