/* abort() after output that nobody flushed: what is in a buffer is lost, the status tells of SIGABRT. */
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
	fprintf(stderr, "about to abort\n");
	abort();
}
