/* sigsetjmp is a macro here (include/setjmp.h): LLVM lowers calls of setjmp by that name alone. */
#include <setjmp.h>
#include <signal.h>
#include "syscall.h"

void __wasm_sigsave(sigjmp_buf buf, int save)
{
	buf->__fl = save;
	if (save) __syscall(SYS_rt_sigprocmask, SIG_SETMASK, 0, buf->__ss, _NSIG/8);
}

_Noreturn void siglongjmp(sigjmp_buf buf, int ret)
{
	if (buf->__fl) __syscall(SYS_rt_sigprocmask, SIG_SETMASK, buf->__ss, 0, _NSIG/8);
	longjmp(buf, ret);
}

_Noreturn void _longjmp(jmp_buf buf, int ret)
{
	longjmp(buf, ret);
}
