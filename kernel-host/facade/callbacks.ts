/** What a host that runs programs by itself is asked and told. All of it may be left out. */
export interface KernelCallbacks {
  /**
   * A program called fork. The host copies the parent's memory, calls `registerProcess(childPid, copy, offsets, { skipKernelCreate: true })`,
   * starts the child where the parent called, and resolves to the offsets. A rejection, or none registered: the call fails with EAGAIN.
   * Without this it fails with ENOSYS.
   */
  onFork?(parentPid: number, childPid: number, parentMemory: WebAssembly.Memory): Promise<readonly number[]>;
  /**
   * A program called exec. The host looks for the program; once it has one it calls `kernelExecSetup`, `prepareProcessForExec` and
   * `registerProcess` with `skipKernelCreate`, and resolves to 0; else to -errno. Without this the kernel runs what it finds in its files.
   */
  onExec?(pid: number, path: string, argv: readonly string[], envp: readonly string[]): Promise<number>;
  /**
   * A program asked for a thread. The host calls `addChannel(pid, offset, tid)`, starts a worker, and resolves to `tid`, else to -errno.
   * Without this the call fails with ENOSYS.
   */
  onClone?(
    pid: number,
    tid: number,
    fnPtr: number,
    argPtr: number,
    stackPtr: number,
    tlsPtr: number,
    ctidPtr: number,
    memory: WebAssembly.Memory,
  ): Promise<number>;
  /** A thread is over: its channel is heard no more, and its last call is not answered. */
  onThreadExit?(pid: number, tid: number, channelOffset: number): void;
  /** A process is over. @param status what it exited with, or 128 and the signal that it died of. */
  onExit?(pid: number, status: number): void;
}

export interface OutputCallbacks {
  /** Get a copy of their own. */
  readonly onStdout?: (data: Uint8Array) => void;
  readonly onStderr?: (data: Uint8Array) => void;
}

export interface RegisterProcessOptions {
  /** The kernel has the process already: it was made by fork, or calls exec. */
  readonly skipKernelCreate?: boolean;
  readonly argv?: readonly string[];
  /** As by `setBrkBase`, `setMmapBase`, `setMaxAddr`, `setBrkLimit`. */
  readonly brkBase?: number;
  readonly mmapBase?: number;
  readonly maxAddr?: number;
  readonly brkLimit?: number;
}
