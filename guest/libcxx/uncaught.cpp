/*
 * What main or a thread's function lets out ends the program by std::terminate ([except.terminate]): nothing outside of a module
 * could. In place of the C library's functions of these names. Within a handler terminate knows the exception, and names it.
 */
#include <exception>

extern "C" {
int __main_argc_argv(int, char **);
void *__wasm_call_start(void *, void *);

int __wasm_call_main(int argc, char **argv)
{
	try {
		return __main_argc_argv(argc, argv);
	} catch (...) {
		std::terminate();
	}
}

void *__wasm_call_thread(void *start, void *argument)
{
	try {
		return __wasm_call_start(start, argument);
	} catch (...) {
		std::terminate();
	}
}
}
