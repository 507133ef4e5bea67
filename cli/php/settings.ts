/**
 * Options that let PHP keep its opcode cache in files: all processes share it, and it outlives them. The builds for 7.4 and 8.0 have
 * no shared memory to keep it in, and do not start a server without this. It is on by itself where it matters: `php -S` is the
 * SAPI `cli-server`, to which `opcache.enable_cli` does not apply (tried with each version from 7.4 to 8.5).
 */
export const opcodeCacheOptions = (directory: string): string[] => [
  ...['-d', `opcache.file_cache=${directory}`],
  ...['-d', 'opcache.file_cache_only=1'],
];
