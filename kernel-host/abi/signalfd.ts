/** struct signalfd_siginfo (include/uapi/linux/signalfd.h). */
import { SI_TIMER, SIGCHLD, type SignalInfo } from './signal.js';

export const SIGNALFD_SIGINFO_SIZE = 128;
/** All are 32 bits wide, but for the pointer. */
const FIELD = { SIGNO: 0, CODE: 8, PID: 12, UID: 16, TID: 24, OVERRUN: 32, STATUS: 40, INT: 44, POINTER: 48 };

/** What the signal's kind tells (signalfd(2)); the rest is 0. */
export function putSignalFileInfo(view: DataView, info: SignalInfo): void {
  const { signal, code, first = 0, second = 0, value = 0 } = info;
  for (let i = 0; i < SIGNALFD_SIGINFO_SIZE; i += 4) view.setInt32(i, 0, true);
  view.setUint32(FIELD.SIGNO, signal, true);
  view.setInt32(FIELD.CODE, code, true);
  const timer = code === SI_TIMER;
  view.setUint32(timer ? FIELD.TID : FIELD.PID, first, true);
  view.setUint32(timer ? FIELD.OVERRUN : FIELD.UID, timer ? (info.overrun?.() ?? second) : second, true);
  // A positive code is of the kernel's own: that of a child's change tells its status, and any other no value.
  if (signal === SIGCHLD && code > 0) view.setInt32(FIELD.STATUS, value, true);
  else if (code < 0) {
    view.setInt32(FIELD.INT, value, true);
    view.setUint32(FIELD.POINTER, value, true);
  }
}
