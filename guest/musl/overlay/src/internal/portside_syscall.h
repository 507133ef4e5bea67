#ifndef PORTSIDE_SYSCALL_H
#define PORTSIDE_SYSCALL_H

#include "syscall.h"

/* Calls between the kernel and this library alone, above all of Linux's numbers (kernel-host/abi/syscall.ts). */
#define SYS_portside_spawn 5000
#define SYS_portside_signal_word 5001
#define SYS_portside_take_signal 5002
#define SYS_portside_exit_unmapping 5003
#define SYS_portside_arity 5004
#define SYS_portside_call 5006
#define SYS_portside_atomic 5007

#endif
