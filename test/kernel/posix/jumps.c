/* setjmp and longjmp: over several frames, again and again, with the mask of signals and without. */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>

static jmp_buf buffer;
static sigjmp_buf with_mask;

static void deep(int depth, int value)
{
	if (depth == 0) longjmp(buffer, value);
	deep(depth - 1, value);
	printf("not reached\n");
}

static int blocked(int signal)
{
	sigset_t set;
	sigprocmask(SIG_SETMASK, NULL, &set);
	return sigismember(&set, signal);
}

int main(void)
{
	volatile int rounds = 0;
	int value = setjmp(buffer);
	printf("setjmp gives %d\n", value);
	if (rounds++ < 3) deep(rounds * 10, rounds);
	if (rounds == 4) { rounds++; longjmp(buffer, 0); }

	jmp_buf inner;
	for (volatile int i = 0; i < 1000; i++) if (!setjmp(inner)) longjmp(inner, 1);
	printf("a thousand jumps\n");

	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	if (!sigsetjmp(with_mask, 1)) {
		sigprocmask(SIG_BLOCK, &set, NULL);
		printf("blocked %d\n", blocked(SIGUSR1));
		siglongjmp(with_mask, 1);
	}
	printf("restored %d\n", blocked(SIGUSR1));
	if (!sigsetjmp(with_mask, 0)) {
		sigprocmask(SIG_BLOCK, &set, NULL);
		siglongjmp(with_mask, 1);
	}
	printf("left alone %d\n", blocked(SIGUSR1));
	return 0;
}
