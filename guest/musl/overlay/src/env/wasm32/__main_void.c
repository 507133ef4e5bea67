/* For a program that has neither __main_argc_argv nor __main_void: its main takes the environment, too. */
#include <unistd.h>
#include "main.h"

extern char **__environ;
/* By its symbol, for clang would name it by its parameters. */
int main_with_environment(int, char **, char **) __asm__("main");

int __main_void(void)
{
	return main_with_environment(__main_argc, __main_argv, __environ);
}
