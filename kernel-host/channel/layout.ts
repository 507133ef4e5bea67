/**
 * The record of one call between a guest's thread and the kernel. Offsets in bytes. For a guest whose memory is shared the
 * record lies in that memory and pointer arguments are guest addresses; for any other guest it is a SharedArrayBuffer of its own,
 * its adapter copies through the data area, and pointer arguments are offsets in that buffer.
 */
export const CHANNEL = {
  STATUS: 0,
  NUMBER: 4,
  /** Six i64. */
  ARGUMENTS: 8,
  /** i64 */
  RESULT: 56,
  ERRNO: 64,
  /** FLAG_INSIDE, FLAG_CLOSED. */
  FLAGS: 68,
  DATA: 72,
} as const;
export const STATUS_IDLE = 0;
export const STATUS_PENDING = 1;
export const STATUS_COMPLETE = 2;
export const STATUS_ERROR = 3;
/** There is no answer: the thread is over, and its worker leaves the program. */
export const STATUS_DISMISSED = 4;

/**
 * A worker that is told to stop goes on for a while (Chromium: up to two seconds), and shares memory with everyone until then. So it
 * says when it is at its process's records, and finds out there when they are no longer its own.
 */
export const FLAG_INSIDE = 1;
/** The process is over: its thread has no business in kernel memory any more. */
export const FLAG_CLOSED = 2;

/** Bytes of the data area through which adapters copy: as much as goes to the browser in one chunk. */
export const COPYING_DATA_SIZE = 262144;
