/** epoll(7), eventfd(2), timerfd_create(2), pidfd_open(2), signalfd(2): numbers (include/uapi/linux/eventpoll.h, eventfd.h,
 * timerfd.h, pidfd.h, signalfd.h). */
import { O_CLOEXEC, O_NONBLOCK } from './fcntl.js';

export const EPOLL_CLOEXEC = O_CLOEXEC;
export const EPOLL_CTL_ADD = 1;
export const EPOLL_CTL_DEL = 2;
export const EPOLL_CTL_MOD = 3;

export const EPOLLEXCLUSIVE = 1 << 28;
export const EPOLLWAKEUP = 1 << 29;
export const EPOLLONESHOT = 1 << 30;
export const EPOLLET = 1 << 31;

/** struct epoll_event where 64-bit numbers are aligned to 8: u32 events, padding, u64 data. */
export const EPOLL_EVENT = { EVENTS: 0, DATA: 8, SIZE: 16 };
/** How deep epolls may lie in each other (fs/eventpoll.c: EP_MAX_NESTS). */
export const EPOLL_MOST_NESTED = 4;

export const EFD_SEMAPHORE = 1;
export const EFD_CLOEXEC = O_CLOEXEC;
export const EFD_NONBLOCK = O_NONBLOCK;

export const TFD_TIMER_ABSTIME = 1;
export const TFD_TIMER_CANCEL_ON_SET = 2;
export const TFD_CLOEXEC = O_CLOEXEC;
export const TFD_NONBLOCK = O_NONBLOCK;

export const PIDFD_NONBLOCK = O_NONBLOCK;

export const SFD_CLOEXEC = O_CLOEXEC;
export const SFD_NONBLOCK = O_NONBLOCK;
