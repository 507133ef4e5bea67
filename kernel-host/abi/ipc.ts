/** System V IPC and POSIX message queues: constants and layouts of musl's headers for wasm32 (sys/ipc.h, bits/*.h, mqueue.h). */
export const IPC_PRIVATE = 0;
export const IPC_CREAT = 0o1000;
export const IPC_EXCL = 0o2000;
export const IPC_NOWAIT = 0o4000;

export const IPC_RMID = 0;
export const IPC_SET = 1;
export const IPC_STAT = 2;
export const IPC_INFO = 3;
/** Set by every C library that knows the structs below. */
export const IPC_64 = 0x100;

/** struct ipc_perm */
export const IPC_PERM = { KEY: 0, UID: 4, GID: 8, CUID: 12, CGID: 16, MODE: 20, SEQUENCE: 24, SIZE: 36 } as const;

/** struct msqid_ds, as far as the kernel fills it; times are two words each. */
export const MSQID_DS = {
  STIME: 36,
  RTIME: 44,
  CTIME: 52,
  CBYTES: 60,
  QNUM: 64,
  QBYTES: 68,
  LSPID: 72,
  LRPID: 76,
  SIZE: 88,
} as const;
export const MSG_NOERROR = 0o10000;
export const MSG_EXCEPT = 0o20000;
export const MSG_COPY = 0o40000;
export const MSG_STAT = 11;
export const MSG_INFO = 12;
export const MSG_STAT_ANY = 13;
/** struct msginfo: pool, map, max, mnb, mni, ssz, tql, and the u16 seg. */
export const MSGINFO_SIZE = 32;

/** struct semid_ds; the number of semaphores is the upper half of a word. */
export const SEMID_DS = { OTIME: 36, CTIME: 44, NSEMS: 54, SIZE: 64 } as const;
/** struct sembuf: u16 number, i16 operation, i16 flags. */
export const SEMBUF_SIZE = 6;
export const SEM_UNDO = 0x1000;
export const GETPID = 11;
export const GETVAL = 12;
export const GETALL = 13;
export const GETNCNT = 14;
export const GETZCNT = 15;
export const SETVAL = 16;
export const SETALL = 17;
export const SEM_STAT = 18;
export const SEM_INFO = 19;
export const SEM_STAT_ANY = 20;
/** struct seminfo: map, mni, mns, mnu, msl, opm, ume, usz, vmx, aem. */
export const SEMINFO_SIZE = 40;

/** struct shmid_ds */
export const SHMID_DS = {
  SEGSZ: 36,
  ATIME: 40,
  DTIME: 48,
  CTIME: 56,
  CPID: 64,
  LPID: 68,
  NATTCH: 72,
  SIZE: 88,
} as const;
export const SHM_RDONLY = 0o10000;
export const SHM_RND = 0o20000;
export const SHM_REMAP = 0o40000;
export const SHM_EXEC = 0o100000;
export const SHM_LOCK = 11;
export const SHM_UNLOCK = 12;
export const SHM_STAT = 13;
export const SHM_INFO = 14;
export const SHM_STAT_ANY = 15;
export const SHM_DEST = 0o1000;
export const SHM_LOCKED = 0o2000;
/** struct shminfo: max, min, mni, seg, all. */
export const SHMINFO_SIZE = 36;
/** struct shm_info: used ids, total, resident, swapped pages, and two counters of swapping. */
export const SHM_INFO_SIZE = 24;

/** struct mq_attr: flags, maxmsg, msgsize, curmsgs. */
export const MQ_ATTR_SIZE = 32;
/** limits.h: MQ_PRIO_MAX */
export const MQ_PRIO_MAX = 32768;
