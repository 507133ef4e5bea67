/* In a file of its own: C++'s library, which is linked before this one, has another (guest/libcxx/uncaught.cpp). */
int __main_argc_argv(int, char **);

int __wasm_call_main(int argc, char **argv)
{
	return __main_argc_argv(argc, argv);
}
