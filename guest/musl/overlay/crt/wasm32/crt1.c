/*
 * The entry of a program. The host calls it with the address of what Linux puts on a new program's stack (argc, argv, envp, auxv),
 * once the module's start function has set up its memory.
 */
#include <features.h>

int __wasm_call_main(int, char **);
int __libc_start_main(int (*)(int, char **, char **), int, char **, void (*)(void), void (*)(void), void (*)(void));

/* wasm checks the type of an indirect call, and libc passes main three arguments. */
static int main3(int argc, char **argv, char **envp)
{
	return __wasm_call_main(argc, argv);
}

__attribute__((export_name("_start_c"))) void _start_c(long *p)
{
	__libc_start_main(main3, p[0], (char **)(p + 1), 0, 0, 0);
}
