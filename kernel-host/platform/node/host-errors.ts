/** Node's errors as Linux error numbers: by name, for the numbers of other systems differ. */
import * as abi from '../../abi/errno.js';

const byName = new Map<string, number>();
for (const [name, value] of Object.entries(abi)) if (typeof value === 'number') byName.set(name, value);
/** Names of systems other than Linux, and of Node itself. */
byName.set('ENOTSUP', abi.EOPNOTSUPP);
byName.set('ERR_OUT_OF_RANGE', abi.EFBIG);

/** The error number, or null for what is no failure of a call. */
function errnoOf(error: unknown): number | null {
  if (error instanceof abi.Errno) return error.errno;
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  return byName.get(error.code) ?? ('syscall' in error ? abi.EIO : null);
}

/** Runs calls of node:fs: their result, or -errno. */
export function attempt<T>(calls: () => T): T | number {
  try {
    return calls();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === null) throw error;
    return -errno;
  }
}

/** Why a call failed, for a person to read. */
export function reasonOf(error: unknown): string {
  if (error instanceof abi.Errno) {
    for (const [name, errno] of byName) if (errno === error.errno) return name;
  }
  return error instanceof Error ? error.message : String(error);
}
