/*
 * clang names main by its parameters: __main_argc_argv with two, __main_void with none, main with the three of Unix. crt1 calls the
 * first; a program that has another gets this one, out of the library.
 */
#include "main.h"

hidden int __main_argc;
hidden char **__main_argv;

int __main_argc_argv(int argc, char **argv)
{
	__main_argc = argc;
	__main_argv = argv;
	return __main_void();
}
