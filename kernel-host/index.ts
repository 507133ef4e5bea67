/**
 * The kernel as a library: what a host needs to put a machine together and to talk to the servers in it. The same in a
 * browser's worker and under Node; what differs is the `Platform` that the host gives.
 */
export { Errno } from './abi/errno.js';
export { ArchiveExchange } from './archive/archive-exchange.js';
export { installProgram } from './boot/install-program.js';
export { type MountedImage, mountImage } from './boot/mount-image.js';
export { programOf } from './boot/program-of.js';
export { makeDirectory, makeLink, plantRootTree, writeFile } from './boot/root-tree.js';
export { type Started, type StartOptions, startProgram } from './boot/start-program.js';
export { ProcessChannel, ProcessOver } from './channel/process-channel.js';
export type {
  FramebufferBinding,
  FramebufferBindingInput,
  FramebufferGeometry,
  FramebufferRegistry,
} from './device/framebuffer-registry.js';
export type { KernelCallbacks, OutputCallbacks, RegisterProcessOptions } from './facade/callbacks.js';
export { CentralizedKernelWorker, type KernelWorkerConfig } from './facade/centralized-kernel-worker.js';
export type { FileOperations } from './file/file-operations.js';
export { HostInput, HostOutput } from './file/host-stream.js';
export type { FileSystem } from './fs/file-system.js';
export { type Abi, abiMismatch, detectAbi } from './guest/abi.js';
export { runProcess } from './guest/run.js';
export { BridgeServers } from './http/bridge-servers.js';
export type { BridgedExchange, MachineService } from './http/bridged-exchange.js';
export type { HostConnection, HostNetwork } from './http/connection.js';
export { type HttpRequest, type HttpResponse, sendHttpRequest } from './http/send-http-request.js';
export type { Image, ImageChunk, ImageEntry } from './image/entry.js';
export type { ChunkLoader } from './image/image-blocks.js';
export { readImage } from './image/reader.js';
export { Kernel, type KernelEvents, type Platform } from './kernel.js';
export { KIND_KERNEL } from './memory/layout.js';
export type { ProxyOptions } from './outgoing/proxy.js';
export { OUTGOING_PORT, outgoingEnvironment, serveOutgoing } from './outgoing/serve-outgoing.js';
export { BrowserGuestWorkers } from './platform/browser/guest-workers.js';
export { browserPlatform, createBrowserKernel, fetchProgram } from './platform/browser/machine.js';
export { type Clock, systemClock } from './platform/clock.js';
export type {
  GuestWorker,
  GuestWorkers,
  ProcessFailure,
  ProcessMessage,
  ProcessStart,
} from './platform/guest-workers.js';
export type { Alarm } from './poll/timers.js';
export { mountProc } from './proc/mount-proc.js';
export type { Pid } from './process/process.js';
export { enumProcs, type ProcessSnapshot, type ProcessState } from './process/process-state.js';
export type { SpawnOptions } from './process/process-table.js';
export type { Program } from './process/programs.js';
export { Profile, type ProfileEntry } from './trace/profile.js';
export { type SyscallTraceEvent, Tracer } from './trace/tracer.js';
export { type Console, HostTerminal } from './tty/host-terminal.js';
export type { WindowSize } from './tty/pseudo-terminal.js';
