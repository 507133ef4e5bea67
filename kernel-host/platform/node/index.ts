/** The kernel under Node. */

export { ProcessChannel, ProcessOver } from '../../channel/process-channel.js';
export type { KernelCallbacks, OutputCallbacks, RegisterProcessOptions } from '../../facade/callbacks.js';
export { CentralizedKernelWorker, type KernelWorkerConfig } from '../../facade/centralized-kernel-worker.js';
export { NodeGuestWorkers } from './guest-workers.js';
export { createKernel, loadProgram, nodePlatform } from './machine.js';
export { type GuestEnd, type RunGuestOptions, runGuest } from './run-guest.js';
