/** System calls by number. What is not here is ENOSYS. */
import * as number from '../abi/syscall.js';
import type { Handler } from './call.js';
import { descriptorCalls } from './descriptors.js';
import { ioCalls } from './io.js';
import { ipcMemoryCalls } from './ipc-memory.js';
import { ipcMessageCalls } from './ipc-messages.js';
import { ipcSemaphoreCalls } from './ipc-semaphores.js';
import { lockCalls } from './locks.js';
import { memoryCalls } from './memory.js';
import { openFileCalls } from './open-files.js';
import { pathCalls } from './paths.js';
import { pollCalls } from './poll.js';
import { posixQueueCalls } from './posix-queues.js';
import { processCalls } from './processes.js';
import { signalCalls } from './signals.js';
import { socketOptionCalls } from './socket-options.js';
import { socketCalls } from './sockets.js';

const entries: readonly (readonly [number: number, handler: Handler])[] = [
  [number.SYS_getcwd, pathCalls.getcwd],
  [number.SYS_dup, descriptorCalls.dup],
  [number.SYS_dup3, descriptorCalls.dup3],
  [number.SYS_fcntl64, descriptorCalls.fcntl64],
  [number.SYS_ioctl, descriptorCalls.ioctl],
  [number.SYS_flock, lockCalls.flock],
  [number.SYS_mknodat, pathCalls.mknodat],
  [number.SYS_mkdirat, pathCalls.mkdirat],
  [number.SYS_unlinkat, pathCalls.unlinkat],
  [number.SYS_symlinkat, pathCalls.symlinkat],
  [number.SYS_linkat, pathCalls.linkat],
  [number.SYS_renameat, (kernel, task, a, b, c, d) => pathCalls.renameat2(kernel, task, a, b, c, d, 0, 0)],
  [number.SYS_renameat2, pathCalls.renameat2],
  [number.SYS_statfs64, pathCalls.statfs64],
  [number.SYS_fstatfs64, openFileCalls.fstatfs64],
  [number.SYS_truncate64, pathCalls.truncate64],
  [number.SYS_ftruncate64, openFileCalls.ftruncate64],
  [number.SYS_fallocate, openFileCalls.fallocate],
  [number.SYS_faccessat, (kernel, task, fd, path, mode) => pathCalls.faccessat(kernel, task, fd, path, mode, 0, 0, 0)],
  [number.SYS_faccessat2, pathCalls.faccessat],
  [number.SYS_chdir, pathCalls.chdir],
  [number.SYS_fchdir, openFileCalls.fchdir],
  [number.SYS_fchmod, openFileCalls.fchmod],
  [number.SYS_fchmodat, pathCalls.fchmodat],
  [number.SYS_fchownat, pathCalls.fchownat],
  [number.SYS_fchown, openFileCalls.fchown],
  [number.SYS_openat, pathCalls.openat],
  [number.SYS_close, descriptorCalls.close],
  [number.SYS_pipe2, socketCalls.pipe2],
  [number.SYS_getdents64, openFileCalls.getdents64],
  [number.SYS_llseek, ioCalls.llseek],
  [number.SYS_read, ioCalls.read],
  [number.SYS_write, ioCalls.write],
  [number.SYS_readv, ioCalls.readv],
  [number.SYS_writev, ioCalls.writev],
  [number.SYS_pread64, ioCalls.pread64],
  [number.SYS_pwrite64, ioCalls.pwrite64],
  [number.SYS_readlinkat, pathCalls.readlinkat],
  [number.SYS_fstatat64, pathCalls.fstatat64],
  [number.SYS_fstat64, openFileCalls.fstat64],
  [number.SYS_sync, openFileCalls.sync],
  [number.SYS_fsync, openFileCalls.fsync],
  [number.SYS_fdatasync, openFileCalls.fdatasync],
  [number.SYS_utimensat_time64, pathCalls.utimensat],
  [number.SYS_exit, processCalls.exitGroup],
  [number.SYS_exit_group, processCalls.exitGroup],
  [number.SYS_getitimer, processCalls.getitimer],
  [number.SYS_setitimer, processCalls.setitimer],
  [number.SYS_kill, signalCalls.kill],
  [number.SYS_tkill, signalCalls.tkill],
  [number.SYS_rt_sigaction, signalCalls.rtSigaction],
  [number.SYS_rt_sigprocmask, signalCalls.rtSigprocmask],
  [number.SYS_rt_sigpending, signalCalls.rtSigpending],
  [number.SYS_brk, memoryCalls.brk],
  [number.SYS_mmap2, memoryCalls.mmap],
  [number.SYS_munmap, memoryCalls.munmap],
  [number.SYS_mremap, memoryCalls.mremap],
  [number.SYS_mprotect, memoryCalls.mprotect],
  [number.SYS_msync, memoryCalls.msync],
  [number.SYS_mlock, (kernel, task, a, b) => memoryCalls.mlock2(kernel, task, a, b, 0, 0, 0, 0)],
  [number.SYS_mlock2, memoryCalls.mlock2],
  [number.SYS_munlock, memoryCalls.munlock],
  [number.SYS_mlockall, memoryCalls.mlockall],
  [number.SYS_munlockall, memoryCalls.munlockall],
  [number.SYS_mincore, memoryCalls.mincore],
  [number.SYS_madvise, memoryCalls.madvise],
  [number.SYS_uname, processCalls.uname],
  [number.SYS_umask, processCalls.umask],
  [number.SYS_getpid, processCalls.getpid],
  [number.SYS_gettid, processCalls.getpid],
  [number.SYS_set_tid_address, processCalls.getpid],
  [number.SYS_getppid, processCalls.getppid],
  [number.SYS_getuid, processCalls.geteuid],
  [number.SYS_geteuid, processCalls.geteuid],
  [number.SYS_getgid, processCalls.getegid],
  [number.SYS_getegid, processCalls.getegid],
  [number.SYS_wait4, processCalls.wait4],
  [number.SYS_getrandom, processCalls.getrandom],
  [number.SYS_portside_spawn, processCalls.spawn],
  [number.SYS_mq_open, posixQueueCalls.mqOpen],
  [number.SYS_mq_unlink, posixQueueCalls.mqUnlink],
  [number.SYS_mq_timedsend_time64, posixQueueCalls.mqTimedsend],
  [number.SYS_mq_timedreceive_time64, posixQueueCalls.mqTimedreceive],
  [number.SYS_mq_notify, posixQueueCalls.mqNotify],
  [number.SYS_mq_getsetattr, posixQueueCalls.mqGetsetattr],
  [number.SYS_msgget, ipcMessageCalls.msgget],
  [number.SYS_msgctl, ipcMessageCalls.msgctl],
  [number.SYS_msgrcv, ipcMessageCalls.msgrcv],
  [number.SYS_msgsnd, ipcMessageCalls.msgsnd],
  [number.SYS_semget, ipcSemaphoreCalls.semget],
  [number.SYS_semctl, ipcSemaphoreCalls.semctl],
  [number.SYS_semop, (kernel, task, a, b, c) => ipcSemaphoreCalls.semtimedop(kernel, task, a, b, c, 0, 0, 0)],
  [number.SYS_semtimedop_time64, ipcSemaphoreCalls.semtimedop],
  [number.SYS_shmget, ipcMemoryCalls.shmget],
  [number.SYS_shmctl, ipcMemoryCalls.shmctl],
  [number.SYS_shmat, ipcMemoryCalls.shmat],
  [number.SYS_shmdt, ipcMemoryCalls.shmdt],
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
  [number.SYS_setsockopt, socketOptionCalls.setsockopt],
  [number.SYS_getsockopt, socketOptionCalls.getsockopt],
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
