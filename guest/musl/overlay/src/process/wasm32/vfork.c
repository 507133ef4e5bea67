#include <unistd.h>

/* A child cannot run on its parent's frames, which are not in memory: POSIX lets vfork be fork. */
pid_t vfork(void)
{
	return fork();
}
