/* How much memory a process may lock (RLIMIT_MEMLOCK), and what counts. */
#define _GNU_SOURCE
#include "tell.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096

static char *map(size_t pages, int flags) {
	return mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
}

static void failing_map(const char *name, size_t pages, int flags) {
	errno = 0;
	char *area = map(pages, flags);
	printf("%s: %s, errno %d\n", name, area == MAP_FAILED ? "failed" : "mapped", errno);
	if (area != MAP_FAILED) munmap(area, pages * PAGE);
}

static void limit(size_t pages) {
	struct rlimit limit = {pages * PAGE, pages * PAGE};
	TELL(setrlimit(RLIMIT_MEMLOCK, &limit));
}

/** Kilobytes, as /proc has them. */
static int locked(void) {
	static char text[8192];
	FILE *file = fopen("/proc/self/status", "r");
	size_t length = fread(text, 1, sizeof text - 1, file);
	fclose(file);
	text[length] = 0;
	char *line = strstr(text, "VmLck:");
	return line ? atoi(line + 6) : -1;
}

static void some(void) {
	limit(16);
	TELL(setuid(1000));
	char *area = map(32, 0);
	TELL(mlock(area, 16 * PAGE));
	TELL(locked());
	// Once more is no more.
	TELL(mlock(area + 3 * PAGE, 4 * PAGE));
	TELL(mlock(area + 16 * PAGE, 1));
	TELL(munlock(area, 2 * PAGE));
	TELL(locked());
	TELL(mlock(area + 16 * PAGE, 1));
	TELL(mlock(area + 17 * PAGE + 4000, 97));
	TELL(mlock(area + 17 * PAGE + 4000, 96));
	TELL(locked());
	failing_map("locked mapping, without room", 1, MAP_LOCKED);
	TELL(munmap(area + 16 * PAGE, 2 * PAGE));
	TELL(locked());
	failing_map("locked mapping", 2, MAP_LOCKED);
	failing_map("locked mapping, too large", 3, MAP_LOCKED);
	TELL(mlockall(MCL_CURRENT));
	TELL(mlockall(MCL_FUTURE));
	failing_map("mapping to be locked", 2, 0);
	failing_map("mapping to be locked, too large", 3, 0);
	TELL(munlockall());
	TELL(locked());
	failing_map("mapping", 32, 0);
	area = map(4, MAP_LOCKED);
	TELL(locked());
	char *grown = mremap(area, 4 * PAGE, 8 * PAGE, MREMAP_MAYMOVE);
	TELL(locked());
	TELL(mremap(grown, 8 * PAGE, 17 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
	fflush(stdout);
	if (fork() == 0) {
		printf("locked of a child: %d\n", locked());
		fflush(stdout);
		_exit(0);
	}
	wait(NULL);
}

static void none(void) {
	limit(0);
	TELL(setuid(1000));
	char *area = map(2, 0);
	TELL(mlock(area, PAGE));
	TELL(mlockall(MCL_FUTURE));
	TELL(munlock(area, PAGE));
	/* With a hint: musl tells EPERM as ENOMEM where the kernel is free to choose. */
	TELL(mmap(area, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0) == MAP_FAILED ? -1 : 0);
}

static void apart(void (*test)(void)) {
	fflush(stdout);
	if (fork() == 0) {
		test();
		fflush(stdout);
		_exit(0);
	}
	wait(NULL);
}

int main(void) {
	apart(some);
	apart(none);
	return 0;
}
