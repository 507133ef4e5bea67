/** System calls by number. What is not here is ENOSYS. */
import * as number from '../abi/syscall.js';
import type { Handler } from './call.js';
import { fileCalls } from './files.js';
import { pathCalls } from './paths.js';
import { pollCalls } from './poll.js';
import { processCalls } from './processes.js';
import { socketCalls } from './sockets.js';

const entries: readonly (readonly [number: number, handler: Handler])[] = [
  [number.SYS_getcwd, pathCalls.getcwd],
  [number.SYS_dup, fileCalls.dup],
  [number.SYS_dup3, fileCalls.dup3],
  [number.SYS_fcntl64, fileCalls.fcntl64],
  [number.SYS_ioctl, fileCalls.ioctl],
  [number.SYS_flock, fileCalls.flock],
  [number.SYS_mknodat, pathCalls.mknodat],
  [number.SYS_mkdirat, pathCalls.mkdirat],
  [number.SYS_unlinkat, pathCalls.unlinkat],
  [number.SYS_symlinkat, pathCalls.symlinkat],
  [number.SYS_linkat, pathCalls.linkat],
  [number.SYS_renameat2, pathCalls.renameat2],
  [number.SYS_statfs64, pathCalls.statfs64],
  [number.SYS_fstatfs64, fileCalls.fstatfs64],
  [number.SYS_truncate64, pathCalls.truncate64],
  [number.SYS_ftruncate64, fileCalls.ftruncate64],
  [number.SYS_fallocate, fileCalls.fallocate],
  [number.SYS_faccessat, (kernel, task, fd, path, mode) => pathCalls.faccessat(kernel, task, fd, path, mode, 0, 0, 0)],
  [number.SYS_faccessat2, pathCalls.faccessat],
  [number.SYS_chdir, pathCalls.chdir],
  [number.SYS_fchdir, fileCalls.fchdir],
  [number.SYS_fchmod, fileCalls.fchmod],
  [number.SYS_fchmodat, pathCalls.fchmodat],
  [number.SYS_fchownat, pathCalls.fchownat],
  [number.SYS_fchown, fileCalls.fchown],
  [number.SYS_openat, pathCalls.openat],
  [number.SYS_close, fileCalls.close],
  [number.SYS_pipe2, socketCalls.pipe2],
  [number.SYS_getdents64, fileCalls.getdents64],
  [number.SYS_llseek, fileCalls.llseek],
  [number.SYS_read, fileCalls.read],
  [number.SYS_write, fileCalls.write],
  [number.SYS_readv, fileCalls.readv],
  [number.SYS_writev, fileCalls.writev],
  [number.SYS_pread64, fileCalls.pread64],
  [number.SYS_pwrite64, fileCalls.pwrite64],
  [number.SYS_readlinkat, pathCalls.readlinkat],
  [number.SYS_fstatat64, pathCalls.fstatat64],
  [number.SYS_fstat64, fileCalls.fstat64],
  [number.SYS_sync, fileCalls.sync],
  [number.SYS_fsync, fileCalls.fsync],
  [number.SYS_fdatasync, fileCalls.fdatasync],
  [number.SYS_utimensat_time64, pathCalls.utimensat],
  [number.SYS_exit, processCalls.exitGroup],
  [number.SYS_exit_group, processCalls.exitGroup],
  [number.SYS_getitimer, processCalls.getitimer],
  [number.SYS_setitimer, processCalls.setitimer],
  [number.SYS_kill, processCalls.kill],
  [number.SYS_uname, processCalls.uname],
  [number.SYS_umask, processCalls.umask],
  [number.SYS_getpid, processCalls.getpid],
  [number.SYS_getppid, processCalls.getppid],
  [number.SYS_getuid, processCalls.geteuid],
  [number.SYS_geteuid, processCalls.geteuid],
  [number.SYS_getgid, processCalls.getegid],
  [number.SYS_getegid, processCalls.getegid],
  [number.SYS_wait4, processCalls.wait4],
  [number.SYS_getrandom, processCalls.getrandom],
  [number.SYS_portside_spawn, processCalls.spawn],
  [number.SYS_socket, socketCalls.socket],
  [number.SYS_socketpair, socketCalls.socketpair],
  [number.SYS_bind, socketCalls.bind],
  [number.SYS_listen, socketCalls.listen],
  [number.SYS_accept, socketCalls.accept],
  [number.SYS_accept4, socketCalls.accept4],
  [number.SYS_connect, socketCalls.connect],
  [number.SYS_getsockname, socketCalls.getsockname],
  [number.SYS_getpeername, socketCalls.getpeername],
  [number.SYS_sendto, socketCalls.sendto],
  [number.SYS_recvfrom, socketCalls.recvfrom],
  [number.SYS_setsockopt, socketCalls.setsockopt],
  [number.SYS_getsockopt, socketCalls.getsockopt],
  [number.SYS_shutdown, socketCalls.shutdown],
  [number.SYS_ppoll_time64, pollCalls.ppoll],
  [number.SYS_pselect6_time64, pollCalls.pselect6],
  [number.SYS_clock_nanosleep_time64, pollCalls.clockNanosleep],
];

/** Dense enough for an array: the largest number is 5000. */
export const callTable: readonly (Handler | undefined)[] = (() => {
  const table: (Handler | undefined)[] = [];
  for (const [index, handler] of entries) table[index] = handler;
  return table;
})();
