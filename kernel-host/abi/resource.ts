/** Limits of resources (asm-generic/resource.h) and priorities (sched.h, sys/resource.h). */

/** By number; as `/proc/<pid>/limits` names them, with the unit. */
export const RESOURCES = [
  ['cpu time', 'seconds'],
  ['file size', 'bytes'],
  ['data size', 'bytes'],
  ['stack size', 'bytes'],
  ['core file size', 'bytes'],
  ['resident set', 'bytes'],
  ['processes', 'processes'],
  ['open files', 'files'],
  ['locked memory', 'bytes'],
  ['address space', 'bytes'],
  ['file locks', 'locks'],
  ['pending signals', 'signals'],
  ['msgqueue size', 'bytes'],
  ['nice priority', ''],
  ['realtime priority', ''],
  ['realtime timeout', 'us'],
] as const;

export const RLIMIT_CPU = 0;
export const RLIMIT_FSIZE = 1;
export const RLIMIT_DATA = 2;
export const RLIMIT_STACK = 3;
export const RLIMIT_CORE = 4;
export const RLIMIT_NPROC = 6;
export const RLIMIT_NOFILE = 7;
export const RLIMIT_MEMLOCK = 8;
export const RLIMIT_AS = 9;
export const RLIMIT_SIGPENDING = 11;
export const RLIMIT_MSGQUEUE = 12;
export const RLIMIT_NICE = 13;
export const RLIMIT_RTPRIO = 14;

/** struct rlimit64: two of 64 bits, all ones for no limit. */
export const RLIMIT_SIZE = 16;
export const RLIM_INFINITY = 0xffff_ffff_ffff_ffffn;

export const SCHED_OTHER = 0;
export const SCHED_FIFO = 1;
export const SCHED_RR = 2;
export const SCHED_BATCH = 3;
export const SCHED_IDLE = 5;
export const SCHED_DEADLINE = 6;
export const SCHED_RESET_ON_FORK = 0x4000_0000;

export const PRIO_PROCESS = 0;
export const PRIO_PGRP = 1;
export const PRIO_USER = 2;
