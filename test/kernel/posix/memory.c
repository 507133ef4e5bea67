/* malloc, realloc, mmap: memory that comes zero, grows in place or moves whole, and is used again. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "tell.h"

#define MIB (1024 * 1024)

static int all(const unsigned char *bytes, size_t length, unsigned char value)
{
	for (size_t i = 0; i < length; i++) if (bytes[i] != value) return 0;
	return 1;
}

int main(void)
{
	unsigned char *big = malloc(50 * MIB);
	memset(big, 7, 50 * MIB);
	printf("50 MiB %d\n", all(big, 50 * MIB, 7));
	free(big);
	big = calloc(50, MIB);
	printf("calloc is zero %d\n", all(big, 50 * MIB, 0));
	free(big);
	/* Many times more than there is, one after another. */
	for (int i = 0; i < 200; i++) {
		unsigned char *block = malloc(40 * MIB);
		if (!block) return printf("no block %d\n", i), 1;
		block[i * 1000] = 1;
		free(block);
	}
	unsigned char *growing = NULL;
	for (size_t size = 1; size <= 20 * MIB; size += 100000) {
		growing = realloc(growing, size);
		growing[size - 1] = 5;
	}
	printf("realloc keeps %d\n", growing[0] == 5 && growing[100000] == 5);
	free(growing);
	void *small[3000];
	for (int i = 0; i < 3000; i++) memset(small[i] = malloc(i + 1), i, i + 1);
	int right = 1;
	for (int i = 0; i < 3000; i++) right &= all(small[i], i + 1, i), free(small[i]);
	printf("small ones %d\n", right);
	unsigned char *map = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(map, 9, 3 * 4096);
	TELL(munmap(map + 4096, 4096));
	printf("fixed %d\n", mmap(map + 4096, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == map + 4096);
	printf("zero %d, around %d\n", all(map + 4096, 4096, 0), all(map, 4096, 9) && all(map + 8192, 4096, 9));
	TELL(madvise(map, 4096, MADV_DONTNEED));
	printf("zero %d\n", all(map, 4096, 0));
	map = mremap(map, 3 * 4096, 300 * 4096, MREMAP_MAYMOVE);
	printf("moved %d, new %d\n", all(map + 8192, 4096, 9), all(map + 3 * 4096, 297 * 4096, 0));
	TELL(mprotect(map, 4096, PROT_READ | PROT_WRITE));
	TELL((intptr_t)mmap(NULL, 4096, PROT_READ, MAP_ANONYMOUS, -1, 0));
	TELL((intptr_t)mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	TELL(munmap(map + 1, 4096));
	void *volatile refused = malloc(SIZE_MAX / 2 - 100000);
	printf("too much %d\n", refused == NULL && errno == ENOMEM);
	return 0;
}
