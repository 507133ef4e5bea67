/** What the arguments of system calls are, for who reads a trace. Calls that are not here show their six words. */

/**
 * `sent` and `filled`: bytes that the argument behind it counts, of which the call reads all, or has filled as many as its result
 * says; `words`: an array of strings that a null ends.
 */
export type Kind =
  | 'fd'
  | 'directory'
  | 'path'
  | 'sent'
  | 'filled'
  | 'words'
  | 'number'
  | 'size'
  | 'octal'
  | 'pointer'
  | 'open'
  | 'at'
  | 'protection'
  | 'mapping'
  | 'fcntl'
  | 'signal';

const path = ['directory', 'path'] as const;

export const SIGNATURES: Readonly<Record<string, readonly Kind[]>> = {
  accept4: ['fd', 'pointer', 'pointer', 'number'],
  bind: ['fd', 'pointer', 'size'],
  brk: ['pointer'],
  chdir: ['path'],
  clone: ['pointer', 'pointer', 'pointer', 'pointer', 'pointer'],
  close: ['fd'],
  connect: ['fd', 'pointer', 'size'],
  dup: ['fd'],
  dup3: ['fd', 'fd', 'open'],
  epoll_create1: ['number'],
  epoll_ctl: ['fd', 'number', 'fd', 'pointer'],
  epoll_pwait: ['fd', 'pointer', 'number', 'number'],
  execve: ['path', 'words', 'pointer'],
  execveat: [...path, 'words', 'pointer', 'at'],
  exit: ['number'],
  exit_group: ['number'],
  faccessat: [...path, 'number'],
  fchdir: ['fd'],
  fchmod: ['fd', 'octal'],
  fchmodat: [...path, 'octal'],
  fchown: ['fd', 'number', 'number'],
  fchownat: [...path, 'number', 'number', 'at'],
  fcntl64: ['fd', 'fcntl', 'number'],
  fdatasync: ['fd'],
  flock: ['fd', 'number'],
  fstat64: ['fd', 'pointer'],
  fstatat64: [...path, 'pointer', 'at'],
  fsync: ['fd'],
  ftruncate64: ['fd', 'number', 'size', 'size'],
  getcwd: ['pointer', 'size'],
  getdents64: ['fd', 'pointer', 'size'],
  getegid: [],
  geteuid: [],
  getgid: [],
  getpgid: ['number'],
  getpid: [],
  getppid: [],
  getsid: ['number'],
  gettid: [],
  getuid: [],
  ioctl: ['fd', 'pointer', 'pointer'],
  kill: ['number', 'signal'],
  linkat: [...path, ...path, 'at'],
  listen: ['fd', 'number'],
  llseek: ['fd', 'number', 'number', 'pointer', 'number'],
  madvise: ['pointer', 'size', 'number'],
  mkdirat: [...path, 'octal'],
  mknodat: [...path, 'octal', 'number'],
  mmap2: ['pointer', 'size', 'protection', 'mapping', 'fd', 'size'],
  mprotect: ['pointer', 'size', 'protection'],
  mremap: ['pointer', 'size', 'size', 'number', 'pointer'],
  munmap: ['pointer', 'size'],
  openat: [...path, 'open', 'octal'],
  pipe2: ['pointer', 'open'],
  pread64: ['fd', 'filled', 'size', 'number'],
  pwrite64: ['fd', 'sent', 'size', 'number'],
  read: ['fd', 'filled', 'size'],
  readlinkat: [...path, 'filled', 'size'],
  readv: ['fd', 'pointer', 'number'],
  recvfrom: ['fd', 'filled', 'size', 'number', 'pointer', 'pointer'],
  recvmsg: ['fd', 'pointer', 'number'],
  renameat2: [...path, ...path, 'number'],
  rt_sigaction: ['signal', 'pointer', 'pointer', 'size'],
  rt_sigprocmask: ['number', 'pointer', 'pointer', 'size'],
  sched_yield: [],
  sendmsg: ['fd', 'pointer', 'number'],
  sendto: ['fd', 'sent', 'size', 'number', 'pointer', 'size'],
  setgid: ['number'],
  setpgid: ['number', 'number'],
  setsid: [],
  setsockopt: ['fd', 'number', 'number', 'pointer', 'size'],
  setuid: ['number'],
  shutdown: ['fd', 'number'],
  socket: ['number', 'number', 'number'],
  socketpair: ['number', 'number', 'number', 'pointer'],
  statx: [...path, 'at', 'pointer', 'pointer'],
  symlinkat: ['path', ...path],
  tgkill: ['number', 'number', 'signal'],
  tkill: ['number', 'signal'],
  umask: ['octal'],
  unlinkat: [...path, 'at'],
  utimensat_time64: [...path, 'pointer', 'at'],
  wait4: ['number', 'pointer', 'number', 'pointer'],
  waitid: ['number', 'number', 'pointer', 'number', 'pointer'],
  write: ['fd', 'sent', 'size'],
  writev: ['fd', 'pointer', 'number'],
};
