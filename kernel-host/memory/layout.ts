/**
 * Where things lie in kernel memory. Offsets of record fields are counted in 32-bit words (`_W`) from the record's
 * address, or in bytes where so said. The superblock is at address 0.
 */
export const SUPERBLOCK = {
  MAGIC_W: 0,
  VERSION_W: 1,
  /** Sequence counter of the name space: dentries, links, mount points. */
  NAMESPACE_SEQUENCE_W: 2,
  /** Address of the root directory's inode. */
  ROOT_W: 3,
  /** Address and size (a power of two) of the dentry hash table. */
  DENTRY_TABLE_W: 4,
  DENTRY_BUCKETS_W: 5,
  /** What the kernel sleeps on; everyone who wants it rings here. */
  DOORBELL_W: 6,
  /** 1 while the kernel sleeps, so that ringers know whether to notify. */
  ASLEEP_W: 7,
  /** Address of the ready set. */
  READY_SET_W: 8,
  /** Bytes that kernel memory has grown to: a thread whose views are shorter makes new ones. */
  LENGTH_W: 9,
} as const;
/** 'PSKM' */
export const MAGIC = 0x4d4b5350;
export const LAYOUT_VERSION = 1;
export const SUPERBLOCK_SIZE = 256;

/** One bit for each source of work that can ring: a summary word for each 1,024 sources, then the bits. */
export const READY_SOURCES = 32768;
/** Channels have numbers from here on: what pipes and connections ring for is looked at before the call that comes after it. */
export const FIRST_CHANNEL_SOURCE = READY_SOURCES / 2;
export const READY_WORDS = READY_SOURCES / 32;
/** Sources that a word of the summary stands for. */
export const READY_GROUP = 32 * 32;
export const READY_SUMMARY_WORDS = READY_SOURCES / READY_GROUP;
export const READY_SET_SIZE = (READY_SUMMARY_WORDS + READY_WORDS) * 4;

export const INODE = {
  /** Sequence counter of this inode's attributes and data. */
  SEQUENCE_W: 0,
  INO_W: 1,
  MODE_W: 2,
  NLINK_W: 3,
  UID_W: 4,
  GID_W: 5,
  RDEV_W: 6,
  /** Open file descriptions that refer to it; changed atomically by workers and kernel. */
  OPEN_COUNT_W: 7,
  SIZE_F64: 4,
  ATIME_F64: 5,
  MTIME_F64: 6,
  CTIME_F64: 7,
  ATIME_NS_W: 16,
  MTIME_NS_W: 17,
  CTIME_NS_W: 18,
  FLAGS_W: 19,
  /** Regular file: address of the extent array. Directory: first dentry. Symbolic link: address of the target. */
  DATA_W: 20,
  /** Regular file: extents in use. Directory: last dentry. Symbolic link: length of the target. */
  COUNT_W: 21,
  /** Regular file: extents there is room for. Directory: number of entries. */
  CAPACITY_W: 22,
  /** Directory: its own dentry (0 for the root). */
  DENTRY_W: 23,
  /** Directory: the cookie that the next entry gets. */
  NEXT_COOKIE_W: 24,
  /** Pages that the file has, in memory or not. */
  PAGES_W: 25,
  /** 1 since somebody has read it: the one word here that readers write, for the choice of what is evicted. */
  ACCESSED_W: 26,
  /** Counts changes of the content (Linux: i_version), where the sequence counter also counts what is loaded and evicted. */
  VERSION_W: 27,
} as const;
export const INODE_SIZE = 128;
/** FLAGS_W: another file system is mounted here: only the kernel can go on. */
export const INODE_MOUNT_POINT = 1;
/** FLAGS_W: there are, or were, advisory locks on it: closing it is the kernel's business. */
export const INODE_LOCKED = 2;

export const DENTRY = {
  HASH_NEXT_W: 0,
  PARENT_W: 1,
  INODE_W: 2,
  HASH_W: 3,
  NAME_LENGTH_W: 4,
  /** Position in the directory's order, never reused: what getdents64's d_off and telldir speak of. */
  COOKIE_W: 5,
  NEXT_W: 6,
  PREVIOUS_W: 7,
  /** Bytes. */
  NAME: 32,
} as const;

export const EXTENT = {
  /** First 4 KiB block of the file that it covers. */
  BLOCK_W: 0,
  ADDRESS_W: 1,
  /** Length in 4 KiB blocks. */
  BLOCKS_W: 2,
  FLAGS_W: 3,
} as const;
export const EXTENT_SIZE = 16;
/** FLAGS_W: the bytes are as they were loaded, and may be loaded again: they can be evicted. */
export const EXTENT_CLEAN = 1;
/** FLAGS_W: the bytes exist, but not in kernel memory: ADDRESS_W means nothing. */
export const EXTENT_ABSENT = 2;

/**
 * An open file description (POSIX 3.253). While only one process has it (SHARED_W is 0), that process may read, write and
 * seek by itself; once it is shared, every such call goes to the kernel, which takes them in turn. So
 * neither descriptions nor rings need a lock.
 */
export const DESCRIPTION = {
  REFERENCES_W: 0,
  KIND_W: 1,
  /** Access mode and status flags, as F_GETFL gives them. */
  FLAGS_W: 2,
  OFFSET_F64: 2,
  /** What it refers to: inode, ring or socket record; for kernel-only kinds a handle of the kernel. */
  OBJECT_W: 6,
  /** Directories: the dentry last given out, to go on from without a search. */
  CURSOR_W: 7,
  /** Character devices: the device number. */
  RDEV_W: 8,
  /** Pipe: 0 read end, 1 write end. */
  END_W: 10,
  /** 1 from when a second process got it, until one reference is left. */
  SHARED_W: 11,
} as const;
export const DESCRIPTION_SIZE = 64;

/** KIND_W. What a worker may handle by itself stands first. */
export const KIND_FILE = 1;
export const KIND_DIRECTORY = 2;
/** null, zero, full, random, urandom. */
export const KIND_DEVICE = 3;
export const KIND_PIPE = 4;
export const KIND_SOCKET = 5;
/** Files of mounted file systems, terminals: every call goes to the kernel. */
export const KIND_KERNEL = 6;

/**
 * What a process's own worker may read, and partly change, of it. The kernel changes it only while the process waits in a
 * call, or has no worker yet or any more.
 */
export const PROCESS = {
  PID_W: 0,
  /** Inode of the working and the root directory; 0 when they lie on a mounted file system. */
  CWD_W: 2,
  ROOT_W: 3,
  UMASK_W: 4,
  /**
   * 1: its worker may use what is here, and what lies behind it, by itself. Of a program whose threads share its memory, while it has
   * one, runs, and shares no memory with other processes, whose calls the kernel makes the moments to compare it at.
   */
  ALONE_W: 5,
  /** Address and size of the descriptor table. */
  TABLE_W: 7,
  TABLE_SIZE_W: 8,
  /** No free descriptor lies below this one. */
  LOWEST_FREE_W: 9,
  /** Descriptions that the kernel handed over for the process to open files with, and their number. */
  SPARE_COUNT_W: 10,
  /** New descriptors are below this (the soft RLIMIT_NOFILE, at most the table's size). */
  LIMIT_W: 11,
  /** System calls that its program has made, whoever answered them: counted by its worker, read by the kernel. */
  CALLS_F64: 6,
  SPARES_W: 16,
} as const;
export const SPARES = 32;
export const PROCESS_SIZE = (16 + SPARES) * 4;

/** Descriptor table entries: 0 when free, else a description's address and FD_CLOEXEC in its lowest bit. */
export const ENTRY_CLOEXEC = 1;
export const entryDescription = (entry: number): number => (entry & ~63) >>> 0;

/** One direction of a pipe or connection: a byte ring. */
export const RING = {
  /** Bytes ever written and ever read, modulo 2^32. */
  HEAD_W: 0,
  TAIL_W: 1,
  /** Power of two. */
  CAPACITY_W: 2,
  BUFFER_W: 3,
  STATE_W: 4,
  /** Who sleeps on it: RING_READER_WAITS, RING_WRITER_WAITS. Set by the kernel, cleared by whoever wakes. */
  WAITERS_W: 5,
  SOURCE_W: 8,
} as const;
export const RING_SIZE = 64;
export const RING_WRITER_CLOSED = 1;
export const RING_READER_CLOSED = 2;
export const RING_RESET = 4;
/** Something beside bytes is on its way (unix(7)): who reads asks the kernel. */
export const RING_ANCILLARY = 8;
export const RING_READER_WAITS = 1;
export const RING_WRITER_WAITS = 2;

export const SOCKET = {
  STATE_W: 0,
  /** Rings of a connected stream: what this end reads, what it writes. */
  RECEIVE_W: 1,
  SEND_W: 2,
  /** Where it listens: address of the listener's record, which the sockets of a port share. */
  LISTENER_W: 3,
} as const;
export const SOCKET_SIZE = 64;
/** What the workers of those who listen see of a listener. */
export const LISTENER = {
  /** Connections that wait to be accepted. */
  PENDING_W: 0,
  /** Sockets that listen. */
  SOCKETS_W: 1,
} as const;
export const LISTENER_SIZE = 8;
/** STATE_W; 0 is neither, of which only the kernel knows more. */
export const SOCKET_LISTENING = 1;
export const SOCKET_CONNECTED = 2;
