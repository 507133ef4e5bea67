/** mmap(2), mremap(2), madvise(2) constants (asm-generic/mman.h, linux/mman.h). */
export const PROT_READ = 1;
export const PROT_WRITE = 2;
export const PROT_EXEC = 4;
export const PROT_ALL = 0x7;
export const MAP_TYPE = 0xf;
export const MAP_SHARED = 0x1;
export const MAP_PRIVATE = 0x2;
export const MAP_SHARED_VALIDATE = 0x3;
export const MAP_FIXED = 0x10;
export const MAP_ANONYMOUS = 0x20;
export const MAP_LOCKED = 0x2000;
export const MAP_FIXED_NOREPLACE = 0x100000;
export const MREMAP_MAYMOVE = 1;
export const MADV_DONTNEED = 4;
export const MS_ASYNC = 1;
export const MS_INVALIDATE = 2;
export const MS_SYNC = 4;
export const MCL_CURRENT = 1;
export const MCL_FUTURE = 2;
export const MCL_ONFAULT = 4;
export const MCL_ALL = MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT;
export const MLOCK_ONFAULT = 1;

/** What programs take for the size of a page (AT_PAGESZ); memory itself grows by 64 KiB. */
export const PAGE_SIZE = 4096;
