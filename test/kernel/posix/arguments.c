/* argv, environment, exit status. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) printf("argv[%d] = <%s>\n", i, argv[i]);
	printf("argv[argc] is %s\n", argv[argc] ? "set" : "NULL");
	printf("LETTERS = %s\n", getenv("LETTERS"));
	printf("ABSENT %s\n", getenv("ABSENT") ? "set" : "unset");
	setenv("ADDED", "here", 1);
	printf("ADDED = %s\n", getenv("ADDED"));
	int found = 0;
	for (char **e = environ; *e; e++) found += !strncmp(*e, "ADDED=", 6);
	printf("found %d\n", found);
	return 42;
}
