/*
 * Memory that processes share is a copy in each (kernel-host/memory/shared-object.ts): what is atomic among them is done by the
 * kernel, which lets one process at a time. Elsewhere the processor's own instructions do.
 */
#include <features.h>
#include <stdint.h>

enum { WASM_CAS, WASM_SWAP, WASM_ADD, WASM_AND, WASM_OR };
extern __attribute__((__visibility__("hidden"))) uint32_t __wasm_shared_granules[];
__attribute__((__visibility__("hidden"))) int __wasm_shared_atomic(int, volatile int *, int, int);

/* In a granule of 64 KiB that is shared, or in part. */
static inline int __wasm_is_shared(volatile void *p)
{
	return __builtin_expect(__wasm_shared_granules[(uintptr_t)p >> 21] >> ((uintptr_t)p >> 16 & 31) & 1, 0);
}

#define a_cas a_cas
static inline int a_cas(volatile int *p, int t, int s)
{
	if (__wasm_is_shared(p)) return __wasm_shared_atomic(WASM_CAS, p, t, s);
	return __sync_val_compare_and_swap(p, t, s);
}

#define a_cas_p a_cas_p
static inline void *a_cas_p(volatile void *p, void *t, void *s)
{
	return (void *)a_cas((volatile int *)p, (int)t, (int)s);
}

#define a_swap a_swap
static inline int a_swap(volatile int *p, int v)
{
	if (__wasm_is_shared(p)) return __wasm_shared_atomic(WASM_SWAP, p, v, 0);
	return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);
}

#define a_fetch_add a_fetch_add
static inline int a_fetch_add(volatile int *p, int v)
{
	if (__wasm_is_shared(p)) return __wasm_shared_atomic(WASM_ADD, p, v, 0);
	return __atomic_fetch_add(p, v, __ATOMIC_SEQ_CST);
}

#define a_and a_and
static inline void a_and(volatile int *p, int v)
{
	if (__wasm_is_shared(p)) __wasm_shared_atomic(WASM_AND, p, v, 0);
	else __atomic_fetch_and(p, v, __ATOMIC_SEQ_CST);
}

#define a_or a_or
static inline void a_or(volatile int *p, int v)
{
	if (__wasm_is_shared(p)) __wasm_shared_atomic(WASM_OR, p, v, 0);
	else __atomic_fetch_or(p, v, __ATOMIC_SEQ_CST);
}

#define a_store a_store
static inline void a_store(volatile int *p, int x)
{
	if (__wasm_is_shared(p)) __wasm_shared_atomic(WASM_SWAP, p, x, 0);
	else __atomic_store_n(p, x, __ATOMIC_SEQ_CST);
}

#define a_barrier a_barrier
static inline void a_barrier(void) { __sync_synchronize(); }
#define a_crash a_crash
static inline void a_crash(void) { __builtin_trap(); }
#define a_ctz_32 a_ctz_32
static inline int a_ctz_32(uint32_t x) { return __builtin_ctz(x); }
#define a_ctz_64 a_ctz_64
static inline int a_ctz_64(uint64_t x) { return __builtin_ctzll(x); }
#define a_clz_32 a_clz_32
static inline int a_clz_32(uint32_t x) { return __builtin_clz(x); }
#define a_clz_64 a_clz_64
static inline int a_clz_64(uint64_t x) { return __builtin_clzll(x); }
