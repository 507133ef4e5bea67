/* In a file of its own, as __wasm_call_main is. */
#include <features.h>

hidden void *__wasm_call_start(void *, void *);

void *__wasm_call_thread(void *start, void *arg)
{
	return __wasm_call_start(start, arg);
}
