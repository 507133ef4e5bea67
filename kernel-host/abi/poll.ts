/** poll(2) event bits (asm-generic/poll.h). */
export const POLLIN = 0x1;
export const POLLPRI = 0x2;
export const POLLOUT = 0x4;
export const POLLERR = 0x8;
export const POLLHUP = 0x10;
export const POLLNVAL = 0x20;
export const POLLRDNORM = 0x40;
export const POLLWRNORM = 0x100;
export const POLLRDHUP = 0x2000;
/** Reported whether asked for or not (POSIX poll(), DESCRIPTION). */
export const POLL_ALWAYS = POLLERR | POLLHUP | POLLNVAL;
