import { PortsideError } from '../protocol/errors.js';

/** errno names by which a system says that a place cannot be written to, or that something else is in that place. */
const REFUSALS: ReadonlySet<unknown> = new Set([
  'EACCES',
  'EDQUOT',
  'EEXIST',
  'ELOOP',
  'ENAMETOOLONG',
  'ENOSPC',
  'ENOTDIR',
  'EPERM',
  'EROFS',
]);

/** Runs `write`, and reports with `code` that the system refused it a place. */
export async function writing<T>(code: 'out-unwritable' | 'php-cache-unwritable', write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && REFUSALS.has(cause.code))) throw cause;
    throw new PortsideError(code, cause.message, { cause });
  }
}
