/**
 * Emscripten's musl uses WASI's error numbers, and numbers of its own behind them for what WASI has no name for: Linux's are
 * translated at the border.
 */
import { byLinuxNumber, WASI_ERRNO } from '../wasi-errno.js';

const table = byLinuxNumber({
  ...WASI_ERRNO,
  ENOTBLK: 105,
  ENODATA: 116,
  ETIME: 117,
  ESOCKTNOSUPPORT: 137,
  EPFNOSUPPORT: 139,
  ESHUTDOWN: 140,
  EHOSTDOWN: 142,
});

/** The guest's number for a Linux error number. */
export const guestErrno = (errno: number): number => table[errno] ?? (WASI_ERRNO.EIO as number);

/** A count, or the guest's negated error number for -errno. */
export const guestResult = (result: number): number => (result < 0 ? -guestErrno(-result) : result);
