/**
 * System call numbers: asm-generic's 32-bit table, the time64 forms only (include/uapi/asm-generic/unistd.h).
 * 64-bit arguments take two slots, low word first, but for `llseek`, whose high word comes first.
 */
export const SYS_getcwd = 17;
export const SYS_dup = 23;
export const SYS_dup3 = 24;
export const SYS_fcntl64 = 25;
export const SYS_ioctl = 29;
export const SYS_flock = 32;
export const SYS_mknodat = 33;
export const SYS_mkdirat = 34;
export const SYS_unlinkat = 35;
export const SYS_symlinkat = 36;
export const SYS_linkat = 37;
export const SYS_statfs64 = 43;
export const SYS_fstatfs64 = 44;
export const SYS_truncate64 = 45;
export const SYS_ftruncate64 = 46;
export const SYS_fallocate = 47;
export const SYS_faccessat = 48;
export const SYS_chdir = 49;
export const SYS_fchdir = 50;
export const SYS_fchmod = 52;
export const SYS_fchmodat = 53;
export const SYS_fchownat = 54;
export const SYS_fchown = 55;
export const SYS_openat = 56;
export const SYS_close = 57;
export const SYS_pipe2 = 59;
export const SYS_getdents64 = 61;
export const SYS_llseek = 62;
export const SYS_read = 63;
export const SYS_write = 64;
export const SYS_readv = 65;
export const SYS_writev = 66;
export const SYS_pread64 = 67;
export const SYS_pwrite64 = 68;
export const SYS_readlinkat = 78;
export const SYS_fstatat64 = 79;
export const SYS_fstat64 = 80;
export const SYS_sync = 81;
export const SYS_fsync = 82;
export const SYS_fdatasync = 83;
export const SYS_exit = 93;
export const SYS_exit_group = 94;
export const SYS_getitimer = 102;
export const SYS_setitimer = 103;
export const SYS_kill = 129;
export const SYS_uname = 160;
export const SYS_umask = 166;
export const SYS_getpid = 172;
export const SYS_getppid = 173;
export const SYS_getuid = 174;
export const SYS_geteuid = 175;
export const SYS_getgid = 176;
export const SYS_getegid = 177;
export const SYS_socket = 198;
export const SYS_socketpair = 199;
export const SYS_bind = 200;
export const SYS_listen = 201;
export const SYS_accept = 202;
export const SYS_connect = 203;
export const SYS_getsockname = 204;
export const SYS_getpeername = 205;
export const SYS_sendto = 206;
export const SYS_recvfrom = 207;
export const SYS_setsockopt = 208;
export const SYS_getsockopt = 209;
export const SYS_shutdown = 210;
export const SYS_accept4 = 242;
export const SYS_wait4 = 260;
export const SYS_renameat2 = 276;
export const SYS_getrandom = 278;
export const SYS_utimensat_time64 = 412;
export const SYS_pselect6_time64 = 413;
export const SYS_ppoll_time64 = 414;
export const SYS_clock_nanosleep_time64 = 407;
export const SYS_faccessat2 = 439;

/**
 * Calls of our own, above every number that Linux has assigned: what musl builds from several calls, or what has no
 * Linux counterpart because the program's loader does it.
 */
export const SYS_portside_spawn = 5000;
