/* Standard input, sorting, strings. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void last(void)
{
	puts("atexit");
}

int main(void)
{
	char *lines[100], *line = NULL;
	size_t room = 0, count = 0;
	atexit(last);
	while (getline(&line, &room, stdin) > 0) lines[count++] = strdup(line);
	qsort(lines, count, sizeof *lines, compare);
	for (size_t i = 0; i < count; i++) fputs(lines[i], stdout);
	fprintf(stderr, "%zu lines\n", count);
	exit(3);
}
