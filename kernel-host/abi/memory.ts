/** mmap(2), mremap(2), madvise(2) constants (asm-generic/mman.h, linux/mman.h). */
export const PROT_ALL = 0x7;
export const MAP_TYPE = 0xf;
export const MAP_SHARED = 0x1;
export const MAP_PRIVATE = 0x2;
export const MAP_FIXED = 0x10;
export const MAP_ANONYMOUS = 0x20;
export const MAP_FIXED_NOREPLACE = 0x100000;
export const MREMAP_MAYMOVE = 1;
export const MADV_DONTNEED = 4;

/** What programs take for the size of a page (AT_PAGESZ); memory itself grows by 64 KiB. */
export const PAGE_SIZE = 4096;
