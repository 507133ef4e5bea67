#define _GNU_SOURCE
#include <unistd.h>

/*
 * A child cannot run on its parent's frames, which are not in memory: POSIX lets vfork be fork. Handlers of pthread_atfork are not
 * called, as on Linux (vfork(2)).
 */
pid_t vfork(void)
{
	return _Fork();
}
