/** Unit of allocation of file content in bytes: a page of kernel memory. */
export { PAGE as BLOCK } from '../memory/page-allocator.js';

/**
 * Bytes of a file that are loaded, changed and stored together. One database record for sixteen pages: smaller ones cost more requests
 * to read a file, larger ones more bytes for a page that SQLite changes (a put of 64 KiB takes hardly longer than one of 4 KiB).
 */
export const UNIT = 65536;
