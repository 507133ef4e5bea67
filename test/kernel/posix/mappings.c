/* mmap of files, private and shared; what mappings, descriptors and each other's mappings see; errors. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tell.h"

#define RW (PROT_READ | PROT_WRITE)
#define PAGE 4096

static int is(const char *bytes, size_t length, char value)
{
	for (size_t i = 0; i < length; i++) if (bytes[i] != value) return 0;
	return 1;
}

static char *map(size_t length, int protection, int flags, int fd, off_t offset)
{
	char *at = mmap(NULL, length, protection, flags, fd, offset);
	if (at == MAP_FAILED) printf("mmap: errno %d\n", errno), exit(1);
	return at;
}

int main(void)
{
	char name[] = "/tmp/mappings-XXXXXX";
	int fd = mkstemp(name);
	char block[3 * PAGE];
	for (int i = 0; i < 3; i++) memset(block + i * PAGE, 'a' + i, PAGE);
	TELL(write(fd, block, 2 * PAGE + 100));

	char *copy = map(3 * PAGE, RW, MAP_PRIVATE, fd, 0);
	printf("private %d %d %d %d\n", is(copy, PAGE, 'a'), is(copy + PAGE, PAGE, 'b'), is(copy + 2 * PAGE, 100, 'c'), is(copy + 2 * PAGE + 100, PAGE - 100, 0));
	copy[0] = 'X';
	char seen[8] = { 0 };
	TELL(pread(fd, seen, 1, 0));
	printf("file keeps %c\n", seen[0]);

	char *whole = map(3 * PAGE, RW, MAP_SHARED, fd, 0);
	char *second = map(PAGE, RW, MAP_SHARED, fd, PAGE);
	memcpy(whole + PAGE - 2, "1234", 4);
	TELL(pread(fd, seen, 6, PAGE - 3));
	printf("file %.6s\n", seen);
	getppid();
	printf("other mapping %.2s\n", second);
	second[1] = '9';
	second[2] = '8';
	getppid();
	printf("back %.5s\n", whole + PAGE - 2);
	TELL(pwrite(fd, "written", 7, 2 * PAGE - 3));
	printf("%.3s %.4s %.3s\n", second + PAGE - 3, whole + 2 * PAGE, whole + 2 * PAGE - 3);
	/* What lies behind the end belongs to no file. */
	whole[2 * PAGE + 100] = 'Z';
	TELL(msync(whole, 3 * PAGE, MS_SYNC));
	struct stat status;
	TELL(fstat(fd, &status));
	printf("size %lld\n", (long long)status.st_size);
	TELL(ftruncate(fd, PAGE + 2));
	TELL(ftruncate(fd, 3 * PAGE));
	printf("cut %.4s %d %d\n", whole + PAGE - 2, is(whole + PAGE + 2, PAGE - 2, 0), is(second + 2, PAGE - 2, 0));
	memset(whole + 2 * PAGE, 'w', PAGE);
	TELL(munmap(whole + PAGE, PAGE));
	TELL(close(fd));
	memset(whole, 'v', PAGE);
	TELL(munmap(whole, 3 * PAGE));
	second[0] = 'q';
	TELL(munmap(second, PAGE));
	fd = open(name, O_RDONLY);
	char *after = map(3 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	printf("later %d %c %d\n", is(after, PAGE, 'v'), after[PAGE], is(after + 2 * PAGE, PAGE, 'w'));

	errno = 0;
	printf("write to read-only %d", mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0) == MAP_FAILED); printf(" errno %d\n", errno);
	TELL(mprotect(after, PAGE, RW));
	TELL(mprotect(after, PAGE, PROT_READ));
	char *private = map(PAGE, RW, MAP_PRIVATE, fd, 0);
	private[3] = 'p';
	printf("private of read-only %.4s\n", private);
	TELL((intptr_t)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 100));
	int writes = open(name, O_WRONLY);
	TELL((intptr_t)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, writes, 0));
	int ends[2];
	TELL(pipe(ends));
	TELL((intptr_t)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, ends[0], 0));
	TELL((intptr_t)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 999, 0));
	int directory = open("/tmp", O_RDONLY);
	TELL((intptr_t)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, directory, 0));
	int zero = open("/dev/zero", O_RDWR);
	char *zeroes = map(PAGE, RW, MAP_SHARED, zero, 0);
	printf("/dev/zero %d\n", is(zeroes, PAGE, 0));

	/* An area's protection can be changed in parts, and what was locked is told. */
	char *area = map(4 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(area, 'k', 4 * PAGE);
	TELL(mprotect(area + PAGE, PAGE, PROT_READ));
	TELL(mlock(area, 2 * PAGE));
	TELL(msync(area, PAGE, MS_ASYNC | MS_INVALIDATE));
	TELL(munlock(area, 2 * PAGE));
	TELL(msync(area, PAGE, MS_ASYNC | MS_INVALIDATE));
	TELL(msync(area, PAGE, MS_ASYNC | MS_SYNC));
	TELL(msync(area + 1, PAGE, MS_SYNC));
	TELL(munmap(area + 2 * PAGE, PAGE));
	TELL(msync(area, 4 * PAGE, MS_SYNC));
	TELL(mlock(area, 4 * PAGE));
	unsigned char resident[2];
	TELL(mincore(area, 2 * PAGE, resident));
	printf("resident %d %d\n", resident[0] & 1, resident[1] & 1);
	TELL(mincore(area, 4 * PAGE, resident));
	printf("kept %d %d\n", is(area, 2 * PAGE, 'k'), is(area + 3 * PAGE, PAGE, 'k'));
	TELL(mlockall(0));
	TELL(munlockall());

	/* A mapping of a file that grows shows more of the file. */
	char *grown = map(PAGE, PROT_READ, MAP_PRIVATE, fd, PAGE);
	grown = mremap(grown, PAGE, 2 * PAGE, MREMAP_MAYMOVE);
	printf("grown %c %d\n", grown[0], is(grown + PAGE, PAGE, 'w'));

	/* shm_open */
	int object = shm_open("/mappings", O_CREAT | O_EXCL | O_RDWR, 0600);
	TELL(ftruncate(object, PAGE));
	char *one = map(PAGE, RW, MAP_SHARED, object, 0), *two = map(PAGE, PROT_READ, MAP_SHARED, object, 0);
	strcpy(one + 10, "shown");
	getppid();
	printf("object %s\n", two + 10);
	TELL(shm_unlink("/mappings"));
	TELL(shm_open("/mappings", O_RDWR, 0));

	char path[64];
	FILE *maps = fopen("/proc/self/maps", "r");
	char text[512];
	int found = 0;
	while (fgets(text, sizeof text, maps)) {
		unsigned start, end;
		char access[5];
		if (sscanf(text, "%x-%x %4s", &start, &end, access) == 3 && start == (unsigned)(uintptr_t)after)
			found = !strcmp(access, "r--s") && strstr(text, name) != NULL;
	}
	snprintf(path, sizeof path, "%d", found);
	printf("maps %d\n", sizeof(void *) == 4 ? found : 1);
	unlink(name);
	return 0;
}
