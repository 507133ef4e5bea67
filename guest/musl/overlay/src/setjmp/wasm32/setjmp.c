/*
 * What LLVM's lowering of setjmp and longjmp to exceptions calls (llvm/lib/Target/WebAssembly/WebAssemblyLowerEmscriptenEHSjLj.cpp):
 * the layout of what is thrown, { env, val }, is its.
 */
#include <stdint.h>
#include <setjmp.h>

struct thrown { void *env; int val; };
struct saved { void *id; uint32_t label; struct thrown thrown; };

_Static_assert(sizeof(struct saved) <= sizeof(__jmp_buf), "a jmp_buf holds it");

/* Index of the tag __c_longjmp among what __builtin_wasm_throw may throw. */
#define C_LONGJMP 1

void __wasm_setjmp(void *env, uint32_t label, void *id)
{
	struct saved *saved = env;
	saved->id = id;
	saved->label = label;
}

uint32_t __wasm_setjmp_test(void *env, void *id)
{
	struct saved *saved = env;
	return saved->id == id ? saved->label : 0;
}

_Noreturn void __wasm_longjmp(void *env, int val)
{
	struct saved *saved = env;
	saved->thrown.env = env;
	saved->thrown.val = val ? val : 1;
	__builtin_wasm_throw(C_LONGJMP, &saved->thrown);
}
