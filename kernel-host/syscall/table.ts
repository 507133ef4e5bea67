/** System calls by number. What is not here is ENOSYS. */
import * as number from '../abi/syscall.js';
import type { Handler } from './call.js';
import { clockCalls } from './clocks.js';
import { credentialCalls } from './credentials.js';
import { descriptorCalls } from './descriptors.js';
import { epollCalls } from './epoll.js';
import { eventFileCalls } from './event-files.js';
import { execCalls } from './exec.js';
import { extendedAttributeCalls } from './extended-attributes.js';
import { futex } from './futex.js';
import { ioCalls } from './io.js';
import { ipcMemoryCalls } from './ipc-memory.js';
import { ipcMessageCalls } from './ipc-messages.js';
import { ipcSemaphoreCalls } from './ipc-semaphores.js';
import { limitCalls } from './limits.js';
import { lockCalls } from './locks.js';
import { machineCalls } from './machine.js';
import { memoryCalls } from './memory.js';
import { memoryLockingCalls } from './memory-locking.js';
import { messageVectorCalls } from './message-vectors.js';
import { messageCalls } from './messages.js';
import { mountingCalls } from './mounting.js';
import { notificationCalls } from './notifications.js';
import { openFileCalls } from './open-files.js';
import { openingCalls } from './opening.js';
import { pathCalls } from './paths.js';
import { pidfdCalls } from './pidfd.js';
import { pollCalls } from './poll.js';
import { posixQueueCalls } from './posix-queues.js';
import { posixTimerCalls } from './posix-timers.js';
import { prctl } from './prctl.js';
import { processGroupCalls } from './process-groups.js';
import { processCalls } from './processes.js';
import { rootDirectoryCalls } from './root-directory.js';
import { schedulingCalls } from './scheduling.js';
import { sharedAtomic } from './shared-atomic.js';
import { signalFileCalls } from './signal-file.js';
import { signalCalls } from './signals.js';
import { socketOptionCalls } from './socket-options.js';
import { socketCalls } from './sockets.js';
import { spawn } from './spawn.js';
import { splicingCalls } from './splicing.js';
import { statxCalls } from './statx.js';
import { threadCalls } from './threads.js';
import { transferCalls } from './transfers.js';
import { usageCalls } from './usage.js';
import { waitCalls } from './wait.js';

const entries: readonly (readonly [number: number, handler: Handler])[] = [
  [number.SYS_getcwd, rootDirectoryCalls.getcwd],
  [number.SYS_inotify_init1, notificationCalls.inotifyInit1],
  [number.SYS_inotify_add_watch, notificationCalls.inotifyAddWatch],
  [number.SYS_inotify_rm_watch, notificationCalls.inotifyRmWatch],
  [number.SYS_mount, mountingCalls.mount],
  [number.SYS_umount2, mountingCalls.umount2],
  [number.SYS_chroot, rootDirectoryCalls.chroot],
  [number.SYS_setxattr, extendedAttributeCalls.setxattr],
  [number.SYS_lsetxattr, extendedAttributeCalls.lsetxattr],
  [number.SYS_fsetxattr, extendedAttributeCalls.fsetxattr],
  [number.SYS_getxattr, extendedAttributeCalls.getxattr],
  [number.SYS_lgetxattr, extendedAttributeCalls.lgetxattr],
  [number.SYS_fgetxattr, extendedAttributeCalls.fgetxattr],
  [number.SYS_listxattr, extendedAttributeCalls.listxattr],
  [number.SYS_llistxattr, extendedAttributeCalls.llistxattr],
  [number.SYS_flistxattr, extendedAttributeCalls.flistxattr],
  [number.SYS_removexattr, extendedAttributeCalls.removexattr],
  [number.SYS_lremovexattr, extendedAttributeCalls.lremovexattr],
  [number.SYS_fremovexattr, extendedAttributeCalls.fremovexattr],
  [number.SYS_close_range, descriptorCalls.closeRange],
  [number.SYS_splice, splicingCalls.splice],
  [number.SYS_tee, splicingCalls.tee],
  [number.SYS_vmsplice, splicingCalls.vmsplice],
  [number.SYS_sendmmsg, messageVectorCalls.sendmmsg],
  [number.SYS_recvmmsg_time64, messageVectorCalls.recvmmsg],
  [number.SYS_syncfs, openFileCalls.syncfs],
  [number.SYS_sync_file_range, openFileCalls.syncFileRange],
  [number.SYS_sethostname, machineCalls.sethostname],
  [number.SYS_setdomainname, machineCalls.setdomainname],
  [number.SYS_sched_setaffinity, schedulingCalls.schedSetaffinity],
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
  [number.SYS_openat, openingCalls.openat],
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
  [number.SYS_preadv, ioCalls.preadv],
  [number.SYS_pwritev, ioCalls.pwritev],
  [number.SYS_preadv2, ioCalls.preadv2],
  [number.SYS_pwritev2, ioCalls.pwritev2],
  [number.SYS_sendfile64, transferCalls.sendfile64],
  [number.SYS_copy_file_range, transferCalls.copyFileRange],
  [number.SYS_memfd_create, openingCalls.memfdCreate],
  [number.SYS_readlinkat, pathCalls.readlinkat],
  [number.SYS_fstatat64, pathCalls.fstatat64],
  [number.SYS_statx, statxCalls.statx],
  [number.SYS_fstat64, openFileCalls.fstat64],
  [number.SYS_sync, openFileCalls.sync],
  [number.SYS_fsync, openFileCalls.fsync],
  [number.SYS_fdatasync, openFileCalls.fdatasync],
  [number.SYS_utimensat_time64, pathCalls.utimensat],
  [number.SYS_exit, threadCalls.exit],
  [number.SYS_exit_group, threadCalls.exitGroup],
  [number.SYS_sched_yield, () => 0],
  [number.SYS_sched_setparam, schedulingCalls.schedSetparam],
  [number.SYS_sched_setscheduler, schedulingCalls.schedSetscheduler],
  [number.SYS_sched_getscheduler, schedulingCalls.schedGetscheduler],
  [number.SYS_sched_getparam, schedulingCalls.schedGetparam],
  [number.SYS_sched_getaffinity, schedulingCalls.schedGetaffinity],
  [number.SYS_sched_get_priority_max, schedulingCalls.schedGetPriorityMax],
  [number.SYS_sched_get_priority_min, schedulingCalls.schedGetPriorityMin],
  [number.SYS_sched_rr_get_interval_time64, schedulingCalls.schedRrGetInterval],
  [number.SYS_setpriority, schedulingCalls.setpriority],
  [number.SYS_getpriority, schedulingCalls.getpriority],
  [number.SYS_prlimit64, limitCalls.prlimit64],
  [number.SYS_clone, threadCalls.clone],
  [number.SYS_portside_fork, threadCalls.fork],
  [number.SYS_set_robust_list, threadCalls.setRobustList],
  [number.SYS_get_robust_list, threadCalls.getRobustList],
  [number.SYS_futex_time64, futex],
  [number.SYS_getitimer, processCalls.getitimer],
  [number.SYS_setitimer, processCalls.setitimer],
  [number.SYS_timer_create, posixTimerCalls.timerCreate],
  [number.SYS_timer_gettime64, posixTimerCalls.timerGettime],
  [number.SYS_timer_settime64, posixTimerCalls.timerSettime],
  [number.SYS_timer_getoverrun, posixTimerCalls.timerGetoverrun],
  [number.SYS_timer_delete, posixTimerCalls.timerDelete],
  [number.SYS_kill, signalCalls.kill],
  [number.SYS_tkill, signalCalls.tkill],
  [number.SYS_rt_sigaction, signalCalls.rtSigaction],
  [number.SYS_rt_sigprocmask, signalCalls.rtSigprocmask],
  [number.SYS_rt_sigpending, signalCalls.rtSigpending],
  [number.SYS_rt_sigsuspend, signalCalls.rtSigsuspend],
  [number.SYS_rt_sigtimedwait_time64, signalCalls.rtSigtimedwait],
  [number.SYS_rt_sigqueueinfo, signalCalls.rtSigqueueinfo],
  [number.SYS_rt_tgsigqueueinfo, signalCalls.rtTgsigqueueinfo],
  [number.SYS_sigaltstack, signalCalls.sigaltstack],
  [number.SYS_tgkill, signalCalls.tgkill],
  [number.SYS_portside_signal_word, signalCalls.signalWord],
  [number.SYS_portside_take_signal, signalCalls.takeSignal],
  [number.SYS_portside_exit_unmapping, threadCalls.exitUnmapping],
  [number.SYS_portside_atomic, sharedAtomic],
  [number.SYS_brk, memoryCalls.brk],
  [number.SYS_mmap2, memoryCalls.mmap],
  [number.SYS_munmap, memoryCalls.munmap],
  [number.SYS_mremap, memoryCalls.mremap],
  [number.SYS_mprotect, memoryCalls.mprotect],
  [number.SYS_msync, memoryCalls.msync],
  [number.SYS_mlock, (kernel, task, a, b) => memoryLockingCalls.mlock2(kernel, task, a, b, 0, 0, 0, 0)],
  [number.SYS_mlock2, memoryLockingCalls.mlock2],
  [number.SYS_munlock, memoryLockingCalls.munlock],
  [number.SYS_mlockall, memoryLockingCalls.mlockall],
  [number.SYS_munlockall, memoryLockingCalls.munlockall],
  [number.SYS_mincore, memoryCalls.mincore],
  [number.SYS_madvise, memoryCalls.madvise],
  [number.SYS_sysinfo, machineCalls.sysinfo],
  [number.SYS_getcpu, machineCalls.getcpu],
  [number.SYS_personality, machineCalls.personality],
  [number.SYS_prctl, prctl],
  [number.SYS_uname, processCalls.uname],
  [number.SYS_umask, processCalls.umask],
  [number.SYS_getpid, processCalls.getpid],
  [number.SYS_gettid, threadCalls.gettid],
  [number.SYS_set_tid_address, threadCalls.setTidAddress],
  [number.SYS_getppid, processCalls.getppid],
  [number.SYS_setregid, credentialCalls.setregid],
  [number.SYS_setgid, credentialCalls.setgid],
  [number.SYS_setreuid, credentialCalls.setreuid],
  [number.SYS_setuid, credentialCalls.setuid],
  [number.SYS_setresuid, credentialCalls.setresuid],
  [number.SYS_getresuid, credentialCalls.getresuid],
  [number.SYS_setresgid, credentialCalls.setresgid],
  [number.SYS_getresgid, credentialCalls.getresgid],
  [number.SYS_setfsuid, credentialCalls.setfsuid],
  [number.SYS_setfsgid, credentialCalls.setfsgid],
  [number.SYS_getgroups, credentialCalls.getgroups],
  [number.SYS_setgroups, credentialCalls.setgroups],
  [number.SYS_getuid, credentialCalls.getuid],
  [number.SYS_geteuid, credentialCalls.geteuid],
  [number.SYS_getgid, credentialCalls.getgid],
  [number.SYS_getegid, credentialCalls.getegid],
  [number.SYS_capget, credentialCalls.capget],
  [number.SYS_capset, credentialCalls.capset],
  [number.SYS_setpgid, processGroupCalls.setpgid],
  [number.SYS_getpgid, processGroupCalls.getpgid],
  [number.SYS_getsid, processGroupCalls.getsid],
  [number.SYS_setsid, processGroupCalls.setsid],
  [number.SYS_execve, execCalls.execve],
  [number.SYS_execveat, execCalls.execveat],
  [number.SYS_wait4, waitCalls.wait4],
  [number.SYS_waitid, waitCalls.waitid],
  [number.SYS_getrusage, usageCalls.getrusage],
  [number.SYS_times, usageCalls.times],
  [number.SYS_getrandom, processCalls.getrandom],
  [number.SYS_portside_spawn, spawn],
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
  [number.SYS_sendto, messageCalls.sendto],
  [number.SYS_recvfrom, messageCalls.recvfrom],
  [number.SYS_setsockopt, socketOptionCalls.setsockopt],
  [number.SYS_getsockopt, socketOptionCalls.getsockopt],
  [number.SYS_shutdown, socketCalls.shutdown],
  [number.SYS_sendmsg, messageCalls.sendmsg],
  [number.SYS_recvmsg, messageCalls.recvmsg],
  [number.SYS_ppoll_time64, pollCalls.ppoll],
  [number.SYS_pselect6_time64, pollCalls.pselect6],
  [number.SYS_epoll_create1, epollCalls.epollCreate1],
  [number.SYS_epoll_ctl, epollCalls.epollCtl],
  [number.SYS_epoll_pwait, epollCalls.epollPwait],
  [number.SYS_epoll_pwait2, epollCalls.epollPwait2],
  [number.SYS_signalfd4, signalFileCalls.signalfd4],
  [number.SYS_eventfd2, eventFileCalls.eventfd2],
  [number.SYS_timerfd_create, eventFileCalls.timerfdCreate],
  [number.SYS_timerfd_settime64, eventFileCalls.timerfdSettime],
  [number.SYS_timerfd_gettime64, eventFileCalls.timerfdGettime],
  [number.SYS_pidfd_open, pidfdCalls.pidfdOpen],
  [number.SYS_pidfd_send_signal, pidfdCalls.pidfdSendSignal],
  [number.SYS_clock_gettime_time64, clockCalls.clockGettime],
  [number.SYS_clock_getres_time64, clockCalls.clockGetres],
  [number.SYS_clock_settime64, clockCalls.clockSettime],
  [number.SYS_clock_nanosleep_time64, pollCalls.clockNanosleep],
];

/** Dense enough for an array: the largest number is 5007. */
export const callTable: readonly (Handler | undefined)[] = (() => {
  const table: (Handler | undefined)[] = [];
  for (const [index, handler] of entries) table[index] = handler;
  return table;
})();
