/* clang names `int main(void)` __main_void, and a main with arguments __main_argc_argv: crt1 calls the latter. */
#include <features.h>

int __main_void(void);

weak int __main_argc_argv(int argc, char **argv)
{
	return __main_void();
}
