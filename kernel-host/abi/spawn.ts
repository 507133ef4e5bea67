/** What `SYS_portside_spawn` is told: as guest/musl/overlay/src/process/wasm32/posix_spawn.c lays it out. */

/** Addresses but for flags, group, count, and the two sets of signals, which are 64 bits each. */
export const SPAWN = {
  PATH: 0,
  ARGUMENTS: 4,
  /** 0: the parent's. */
  ENVIRONMENT: 8,
  /** Directories in which a path without a slash is looked for; 0: it is a path as any other. */
  SEARCH_PATH: 12,
  FLAGS: 16,
  GROUP: 20,
  DEFAULT_SIGNALS: 24,
  SIGNAL_MASK: 32,
  ACTIONS: 40,
  ACTION_COUNT: 44,
  SIZE: 48,
} as const;

/** spawn.h: the flags of attributes. */
export const POSIX_SPAWN_RESETIDS = 1;
export const POSIX_SPAWN_SETPGROUP = 2;
export const POSIX_SPAWN_SETSIGDEF = 4;
export const POSIX_SPAWN_SETSIGMASK = 8;
export const POSIX_SPAWN_SETSID = 128;

export const SPAWN_ACTION = { COMMAND: 0, FD: 4, SOURCE: 8, FLAGS: 12, MODE: 16, PATH: 20, SIZE: 24 } as const;

/** Of file actions (musl's fdop.h). */
export const ACTION_CLOSE = 1;
export const ACTION_DUP2 = 2;
export const ACTION_OPEN = 3;
export const ACTION_CHDIR = 4;
export const ACTION_FCHDIR = 5;
