/** The kernel under Node. */
export { createKernel, loadProgram } from './machine.js';
export { type GuestEnd, type RunGuestOptions, runGuest } from './run-guest.js';
