/**
 * The kernel under the names of the reference's `CentralizedKernelWorker`, for hosts that drive that one: it only delegates. The README
 * says where the meaning differs because this kernel is not WebAssembly itself.
 */
import { PortsideError } from '../../protocol/errors.js';
import { Errno, ESRCH } from '../abi/errno.js';
import { MAP_FIXED_NOREPLACE } from '../abi/memory.js';
import { signaledStatus, statusExitCode, statusSignal } from '../abi/process.js';
import { SIGSEGV } from '../abi/signal.js';
import { furnish } from '../boot/furnish.js';
import { ChannelListener } from '../channel/channel-listener.js';
import type { FramebufferGeometry, FramebufferRegistry } from '../device/framebuffer-registry.js';
import { ABI_VERSION } from '../guest/posix/declaration.js';
import {
  type HttpRequest,
  type HttpResponse,
  type SendHttpRequestOptions,
  sendHttpRequest,
} from '../http/send-http-request.js';
import { Kernel, type Platform } from '../kernel.js';
import type { Confinement } from '../memory/address-bounds.js';
import { maps } from '../proc/memory-maps.js';
import { setAll, UNCHANGED } from '../process/credentials.js';
import type { Process } from '../process/process.js';
import { enumProcs, type ProcessSnapshot } from '../process/process-state.js';
import { changeDirectory } from '../process/working-directory.js';
import type { SyscallTraceEvent } from '../trace/tracer.js';
import type { KernelCallbacks, OutputCallbacks, RegisterProcessOptions } from './callbacks.js';
import { HostTerminals } from './host-terminals.js';
import { type ListenerTarget, ListenerTargets } from './listener-targets.js';
import { HostPipes } from './pipes.js';
import { RegisteredProcesses } from './registered-processes.js';
import { StandardStreams } from './standard-streams.js';
import { SyscallTrace } from './syscall-trace.js';

export interface KernelWorkerConfig {
  /** Clock, timers, workers: `nodePlatform()` or `browserPlatform()`. */
  readonly platform: Platform;
  /** Of /dev/fb0: 640 x 400 unless given. */
  readonly framebuffer?: FramebufferGeometry;
  /** Counts system calls for `dumpProfile`. The reference reads this from its environment (WASM_POSIX_PROFILE=1). */
  readonly profile?: boolean;
  /** Whom `dumpProfile` tells: the console unless given. */
  readonly print?: (text: string) => void;
}

/** getForkCount of a process that is not there: the largest number of 64 bits. */
const UNKNOWN = 2n ** 64n - 1n;

interface Parts {
  readonly kernel: Kernel;
  readonly processes: RegisteredProcesses;
  readonly streams: StandardStreams;
  readonly terminals: HostTerminals;
  readonly targets: ListenerTargets;
  readonly pipes: HostPipes;
  readonly trace: SyscallTrace;
}

export class CentralizedKernelWorker {
  readonly #config: KernelWorkerConfig;
  readonly #callbacks: KernelCallbacks;
  readonly #listener: ChannelListener;
  #initialised: Parts | null = null;

  constructor(config: KernelWorkerConfig, callbacks: KernelCallbacks = {}) {
    this.#config = config;
    this.#callbacks = callbacks;
    const { defer, alarm, clock } = config.platform;
    this.#listener = new ChannelListener({ defer, alarm, now: () => clock.monotonic() });
  }

  /** One loop looks at all channels, for a kernel on a page's own thread. Read when a channel is added. */
  get usePolling(): boolean {
    return this.#listener.polling;
  }

  set usePolling(polling: boolean) {
    this.#listener.polling = polling;
  }

  /** Calls that are answered before the event loop gets its turn: 64, and 1 on a page's own thread. */
  get relistenBatchSize(): number {
    return this.#listener.batch;
  }

  set relistenBatchSize(size: number) {
    this.#listener.batch = size;
  }

  /**
   * Starts the machine. There is no kernel to load: what the reference passes is not looked at.
   * Rejects with PortsideError isolation-refused where there is no shared memory.
   */
  async init(_kernelWasmBytes?: BufferSource): Promise<void> {
    if (this.#initialised) return;
    if (typeof SharedArrayBuffer === 'undefined') throw new PortsideError('isolation-refused');
    const kernel = new Kernel(this.#config.platform, {
      onExit: (pid, status) => this.#ended(pid, status),
      // The status that follows says as much as the callbacks have room for.
      onCrash: () => undefined,
    });
    furnish(kernel);
    if (this.#config.framebuffer) kernel.framebuffer.registry.geometry = this.#config.framebuffer;
    this.#initialised = {
      kernel,
      processes: new RegisteredProcesses(kernel, this.#listener, this.#callbacks),
      streams: new StandardStreams(kernel),
      terminals: new HostTerminals(kernel),
      targets: new ListenerTargets(kernel),
      pipes: new HostPipes(kernel),
      trace: new SyscallTrace(kernel, this.#config.profile ?? false),
    };
  }

  getKernel(): Kernel {
    return this.#parts.kernel;
  }

  /** The kernel has no module: this is the kernel, or null before `init`. */
  getKernelInstance(): Kernel | null {
    return this.#initialised?.kernel ?? null;
  }

  /** Programs of `portside cc` declare theirs; another one is refused with ENOEXEC. */
  getKernelAbiVersion(): number {
    return ABI_VERSION;
  }

  // Processes

  /** @throws Errno EAGAIN */
  allocatePid(): number {
    return this.#parts.kernel.processes.allocatePid();
  }

  setNextChildPid(pid: number): void {
    this.#parts.kernel.processes.nextPid = pid;
  }

  /**
   * A process whose program the host runs, with channels (`ProcessChannel`) at these offsets of its memory, the first its main thread's.
   * @throws Errno EEXIST, ESRCH, EAGAIN; PortsideError kernel-not-initialised
   */
  registerProcess(
    pid: number,
    memory: WebAssembly.Memory,
    channelOffsets: readonly number[],
    options: RegisterProcessOptions = {},
  ): void {
    const { processes, streams } = this.#parts;
    const process = processes.register(pid, memory, channelOffsets, options);
    if (!options.skipKernelCreate) streams.connect(process);
  }

  /** Its channels are heard no more, and it is gone: its parent is not told. */
  unregisterProcess(pid: number): void {
    this.deactivateProcess(pid);
    this.removeProcessFromKernelTable(pid);
  }

  deactivateProcess(pid: number): void {
    const process = this.#find(pid);
    if (process) this.#parts.processes.stopListening(process);
  }

  /** @param _threadFnPtr and @param _threadArgPtr the host keeps itself, for `onFork`. @throws Errno ESRCH */
  addChannel(pid: number, channelOffset: number, tid?: number, _threadFnPtr?: number, _threadArgPtr?: number): void {
    this.#parts.processes.addChannel(this.#process(pid), channelOffset, tid);
  }

  removeChannel(pid: number, channelOffset: number): void {
    const process = this.#find(pid);
    if (process) this.#parts.processes.removeChannel(process, channelOffset);
  }

  notifyThreadExit(pid: number, tid: number): void {
    const process = this.#find(pid);
    if (process) this.#parts.processes.removeThread(process, tid);
  }

  /** Its worker died: so does it, by this signal, and its parent hears of it. Nothing happens to one that is over. */
  notifyHostProcessCrashed(pid: number, signum = SIGSEGV): void {
    const process = this.#find(pid);
    if (process) this.#parts.kernel.processes.end(process, signaledStatus(signum), true);
  }

  /** First step of exec: descriptors that close on exec are closed, handlers forgotten. 0 or -errno. */
  kernelExecSetup(pid: number): number {
    const process = this.#find(pid);
    if (!process) return -ESRCH;
    this.#parts.kernel.processes.leaveOldProgram(process);
    return 0;
  }

  /** Second step: threads and memory go, pid, timers and descriptors stay. */
  prepareProcessForExec(pid: number): void {
    const process = this.#find(pid);
    if (process) this.#parts.processes.leaveProgram(process);
  }

  /** A zombie has been waited for. */
  removeFromKernelProcessTable(pid: number): void {
    const process = this.#find(pid);
    if (process && process.status !== null) this.#parts.kernel.processes.reap(process);
  }

  /** It vanishes, whatever it does: its parent has no such child any more (ECHILD). */
  removeProcessFromKernelTable(pid: number): void {
    const process = this.#find(pid);
    if (process) this.#parts.kernel.processes.vanish(process);
  }

  /** The largest 64-bit number for one that is not there. */
  getForkCount(pid: number): bigint {
    const process = this.#find(pid);
    return process ? BigInt(process.forks) : UNKNOWN;
  }

  enumProcs(): readonly ProcessSnapshot[] {
    return enumProcs(this.#parts.kernel);
  }

  /** Real, effective and saved ids, before it begins. @throws Errno ESRCH */
  setCredentials(pid: number, ids: { readonly uid?: number; readonly gid?: number }): void {
    const { credentials } = this.#process(pid);
    const { uid = UNCHANGED, gid = UNCHANGED } = ids;
    credentials.group = setAll(credentials.group, gid, gid, gid, true);
    credentials.user = setAll(credentials.user, uid, uid, uid, true);
  }

  /** @throws Errno ESRCH, ENOENT, ENOTDIR */
  setCwd(pid: number, cwd: string): void {
    const { kernel } = this.#parts;
    const process = this.#process(pid);
    const place = kernel.vfs.lookup(process.cwd, new TextEncoder().encode(cwd), true);
    const result = changeDirectory(kernel, process, place);
    if (result < 0) throw new Errno(-result);
  }

  // Memory

  getProcessMemory(pid: number): WebAssembly.Memory | undefined {
    return this.#find(pid)?.addressSpace?.memory;
  }

  /** Null for a pid that is nobody's. */
  readProcMaps(pid: number): string | null {
    const process = this.#find(pid);
    return process ? maps(this.#parts.kernel, process) : null;
  }

  /** False when the heap is in use, or would not fit. */
  setBrkBase(pid: number, addr: bigint | number): boolean {
    return this.#confine(pid, { heap: this.toKernelPtr(addr) });
  }

  setBrkLimit(pid: number, brkLimit: number): boolean {
    return this.#confine(pid, { breakLimit: brkLimit });
  }

  setMmapBase(pid: number, mmapBase: number): boolean {
    return this.#confine(pid, { floor: mmapBase });
  }

  /** One that leaves no room is not taken. */
  setMaxAddr(pid: number, maxAddr: number): void {
    this.#confine(pid, { ceiling: maxAddr });
  }

  /** Memory that the program's own calls do not give out: its address. @throws Errno ESRCH, ENOMEM */
  reserveHostRegion(pid: number, length: number): number {
    return this.#space(pid).map(0, length, 0);
  }

  /** @throws Errno ESRCH, EEXIST, EINVAL, ENOMEM */
  reserveHostRegionAt(pid: number, addr: number, length: number): number {
    return this.#space(pid).map(addr, length, MAP_FIXED_NOREPLACE);
  }

  /** Addresses of guests have 32 bits. */
  toKernelPtr(value: bigint | number): number {
    return Number(BigInt.asUintN(32, BigInt(value)));
  }

  // Input and output

  /** Those that are given replace those of before. */
  setOutputCallbacks(callbacks: OutputCallbacks): void {
    const { streams } = this.#parts;
    streams.callbacks = { ...streams.callbacks, ...callbacks };
  }

  /** All that it can read, and then the end. Before its first read. @throws Errno ESRCH */
  setStdinData(pid: number, data: Uint8Array): void {
    this.#parts.streams.set(this.#process(pid), data);
  }

  /** Whoever waits for input is woken. @throws Errno ESRCH where its input is none of the host's */
  appendStdinData(pid: number, data: Uint8Array): void {
    this.#parts.streams.append(pid, data);
  }

  /** The number of a pipe, for the two below. @throws Errno ESRCH, EBADF */
  pipeIndexOf(pid: number, fd: number): number {
    return this.#parts.pipes.indexOf(this.#process(pid), fd);
  }

  /** The host has written to the ring of a pipe. All who wait there look again: @param _pidFilter needs no regard. */
  notifyPipeReadable(pipeIdx: number, _pidFilter?: number): void {
    this.#parts.pipes.wake(pipeIdx);
  }

  notifyPipeWritable(pipeIdx: number): void {
    this.#parts.pipes.wake(pipeIdx);
  }

  // Terminals

  /** A terminal as the process's standard streams, of which the host has the master: its number. @throws Errno ESRCH; RangeError */
  setupPty(pid: number): number {
    return this.#parts.terminals.setup(this.#process(pid));
  }

  /** @throws Errno ENXIO, as all of these */
  onPtyOutput(ptyIdx: number, callback: (data: Uint8Array) => void): void {
    this.#parts.terminals.onOutput(ptyIdx, callback);
  }

  ptyMasterRead(ptyIdx: number): Uint8Array | null {
    return this.#parts.terminals.read(ptyIdx);
  }

  ptyMasterWrite(ptyIdx: number, data: Uint8Array): void {
    this.#parts.terminals.write(ptyIdx, data);
  }

  ptySetWinsize(ptyIdx: number, rows: number, cols: number): void {
    this.#parts.terminals.resize(ptyIdx, rows, cols);
  }

  // Devices

  get framebuffers(): FramebufferRegistry {
    return this.#parts.kernel.framebuffer.registry;
  }

  /** As /dev/dsp was set last. */
  audioChannels(): number {
    return this.#parts.kernel.sound.channels;
  }

  audioSampleRate(): number {
    return this.#parts.kernel.sound.rate;
  }

  audioPending(): number {
    return this.#parts.kernel.sound.pending;
  }

  /** Whole frames, of 16 bits a sample; the count of bytes. */
  drainAudio(out: Uint8Array): number {
    return this.#parts.kernel.sound.drain(out);
  }

  /** @param dy upwards. */
  injectMouseEvent(dx: number, dy: number, buttons: number): void {
    this.#parts.kernel.mouse.inject(dx, dy, buttons);
  }

  // Network

  pickListenerTarget(port: number): ListenerTarget | null {
    return this.#parts.targets.next(port);
  }

  sendHttpRequest(port: number, request: HttpRequest, opts: SendHttpRequestOptions = {}): Promise<HttpResponse> {
    return sendHttpRequest(this.#parts.kernel.network, port, request, opts);
  }

  // Watching

  enableSyscallTrace(): void {
    this.#parts.trace.enable();
  }

  disableSyscallTrace(): void {
    this.#parts.trace.disable();
  }

  /** Since the last time. */
  drainSyscallTrace(): readonly SyscallTraceEvent[] {
    return this.#parts.trace.drain();
  }

  /** A line each, of what was traced and not drained yet. */
  dumpLastSyscalls(pid: number): string {
    return this.#parts.trace.last(pid);
  }

  /** Nothing unless `profile` was asked for. */
  dumpProfile(): void {
    const { profile } = this.#parts.trace;
    if (profile !== null) (this.#config.print ?? console.error)(profile);
  }

  /** @throws PortsideError kernel-not-initialised */
  get #parts(): Parts {
    if (!this.#initialised) throw new PortsideError('kernel-not-initialised');
    return this.#initialised;
  }

  #find(pid: number): Process | null {
    return this.#parts.kernel.processes.byPid(pid);
  }

  /** @throws Errno ESRCH */
  #process(pid: number): Process {
    const process = this.#find(pid);
    if (!process || process.status !== null) throw new Errno(ESRCH);
    return process;
  }

  #space(pid: number) {
    const { addressSpace } = this.#process(pid);
    if (!addressSpace) throw new Errno(ESRCH);
    return addressSpace;
  }

  #confine(pid: number, choice: Confinement): boolean {
    return this.#find(pid)?.addressSpace?.confine(choice) ?? false;
  }

  #ended(pid: number, status: number): void {
    const parts = this.#initialised;
    const process = parts?.kernel.processes.byPid(pid);
    if (process) parts?.processes.stopListening(process);
    parts?.streams.forget(pid);
    const signal = statusSignal(status);
    this.#callbacks.onExit?.(pid, signal === 0 ? statusExitCode(status) : 128 + signal);
  }
}
