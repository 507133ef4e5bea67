static inline uintptr_t __get_tp(void)
{
	extern hidden _Thread_local uintptr_t __wasm_tp;
	return __wasm_tp;
}
#define MC_PC __pc
