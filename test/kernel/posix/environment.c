/* main with the environment as a third parameter. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv, char **envp)
{
	int found = 0;
	for (char **e = envp; *e; e++) found += !strncmp(*e, "LETTERS=", 8);
	printf("%d %d %s\n", argc, found, getenv("LETTERS"));
	return 4;
}
