#include <errno.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "portside_syscall.h"
#include "../fdop.h"

/* What the kernel is told (kernel-host/abi/spawn.ts). */
struct action {
	int cmd, fd, srcfd, oflag;
	mode_t mode;
	const char *path;
};

struct request {
	const char *path;
	char *const *argv, *const *envp;
	const char *search;
	int flags;
	pid_t pgrp;
	uint64_t def, mask;
	const struct action *actions;
	size_t count;
};

/* The kernel makes the child and does in it what is asked for: there is no moment when the child is a copy of this process. */
int posix_spawn(pid_t *restrict res, const char *restrict path,
	const posix_spawn_file_actions_t *fa,
	const posix_spawnattr_t *restrict attr,
	char *const argv[restrict], char *const envp[restrict])
{
	char *const none[1] = { 0 };
	struct request r = { .path = path, .argv = argv ? argv : none, .envp = envp ? envp : none };
	struct action *actions = 0;
	struct fdop *op;
	long pid;

	if (attr) {
		/* Its one other user is posix_spawnp. */
		if (attr->__fn) {
			r.search = getenv("PATH");
			if (!r.search) r.search = "/usr/local/bin:/bin:/usr/bin";
		}
		r.flags = attr->__flags;
		r.pgrp = attr->__pgrp;
		memcpy(&r.def, &attr->__def, sizeof r.def);
		memcpy(&r.mask, &attr->__mask, sizeof r.mask);
	}
	if (fa && fa->__actions) {
		for (op = fa->__actions; ; op = op->next) {
			r.count++;
			if (!op->next) break;
		}
		actions = calloc(r.count, sizeof *actions);
		if (!actions) return ENOMEM;
		for (size_t i = 0; op; op = op->prev)
			actions[i++] = (struct action){ op->cmd, op->fd, op->srcfd, op->oflag, op->mode, op->path };
		r.actions = actions;
	}
	pid = __syscall(SYS_portside_spawn, &r);
	free(actions);
	if (pid < 0) return -pid;
	if (res) *res = pid;
	return 0;
}
