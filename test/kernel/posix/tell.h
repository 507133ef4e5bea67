/* Says what a call gave, and its error number, in an order that compilers do not choose: that of arguments is theirs. */
#include <errno.h>
#include <stdio.h>

#define TELL(call) do { \
	errno = 0; \
	long long result = (call); \
	printf("%s = %lld, errno %d\n", #call, result, result < 0 ? errno : 0); \
} while (0)
