/** Unit of allocation of file content in bytes: a page of kernel memory. */
export { PAGE as BLOCK } from '../memory/page-allocator.js';
