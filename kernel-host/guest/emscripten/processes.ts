/** Processes of an Emscripten guest: proc_open's spawn, waits, its own end. */
import { ECHILD, EINVAL, ENOENT } from '../../abi/errno.js';
import { statusExitCode, statusSignal, WNOHANG } from '../../abi/process.js';
import { searchPath } from '../../abi/search-path.js';
import * as number from '../../abi/syscall.js';
import { Abort, type Imports } from '../imports.js';
import type { Guest } from './guest.js';
import { SpawnRequest } from './spawn-request.js';

const STDERR = 2;

/** sh(1): a command that a signal ended has 128 and the signal's number as its status. */
const exitCodeOf = (status: number): number =>
  statusSignal(status) === 0 ? statusExitCode(status) : 128 + statusSignal(status);

export function processImports(guest: Guest): Imports {
  const { memory, calls } = guest;
  const { channel } = calls;
  /** Streams that popen made, by descriptor. */
  const pidByDescriptor = new Map<number, number>();
  /** Exit codes of children that were seen to end before PHP asked for them. */
  const ended = new Map<number, number>();
  let noShell = 0;

  const wait = (pid: number, options: number): number => {
    const done = calls.plain(number.SYS_wait4, pid, channel.dataAddress, options);
    if (done > 0) ended.set(done, exitCodeOf(channel.dataView.getInt32(0, true)));
    return done;
  };

  return {
    /**
     * proc_open: a command, its arguments, descriptors as pointers to { number in the child, child's end, parent's end }.
     * A command without arguments is a line for a shell, and there is none: ENOENT, as for a missing /bin/sh.
     */
    js_open_process: (
      command: number,
      argv: number,
      argumentCount: number,
      descriptors: number,
      descriptorCount: number,
      cwd: number,
      cwdLength: number,
      environment: number,
      environmentCount: number,
    ) => {
      if (command === 0 || memory.u8[command] === 0) return guest.libcResult(-EINVAL);
      if (argumentCount === 0) return guest.libcResult(-ENOENT);
      const text = (array: number, i: number): string => memory.text(memory.view.getUint32(array + i * 4, true));
      const texts = (array: number, count: number): string[] => Array.from({ length: count }, (_, i) => text(array, i));
      const program = memory.text(command);
      const ends = Array.from({ length: descriptorCount }, (_, i) => {
        const at = memory.view.getUint32(descriptors + i * 4, true);
        return {
          from: memory.view.getInt32(at + 4, true),
          to: memory.view.getInt32(at, true),
          parent: memory.view.getInt32(at + 8, true),
        };
      });
      const own = environmentCount > 0 ? texts(environment, environmentCount) : null;
      const request = new SpawnRequest(channel, {
        path: program,
        arguments: [program, ...texts(argv, argumentCount)],
        environment: own,
        searchPath: searchPath(own ?? guest.environment),
        cwd: cwd !== 0 && cwdLength > 0 ? memory.text(cwd) : null,
        descriptors: ends,
        // As native PHP's child does between fork and exec: it must not hold the ends that it waits on.
        closes: ends
          .flatMap(({ from, parent }) => (parent > STDERR ? [from, parent] : [from]))
          .filter((fd) => fd > STDERR),
      });
      const pid = request.send(calls);
      // The child's ends are the child's alone now, as after a fork: else nobody ever reads an end of file. This build's
      // C code leaves that to its host.
      if (pid >= 0) for (const { from } of ends) calls.close(from);
      return guest.libcResult(pid);
    },
    js_waitpid: (pid: number, result: number) => {
      if (!ended.has(pid) && wait(pid, 0) < 0) return guest.libcResult(-ECHILD);
      memory.view.setInt32(result, ended.get(pid) ?? 0, true);
      ended.delete(pid);
      return pid;
    },
    /** 1 and the exit code when it has ended, 0 while it runs, -1 when it is no child. */
    js_process_status: (pid: number, result: number) => {
      if (!ended.has(pid)) {
        const done = wait(pid, WNOHANG);
        if (done < 0) return -1;
        if (done === 0) return 0;
      }
      memory.view.setInt32(result, ended.get(pid) ?? 0, true);
      return 1;
    },
    /** popen: the name of a file with the command's output. No shell is asked, so it is one that is never there: fopen says ENOENT. */
    __asyncjs__js_popen_to_file: () => {
      if (noShell === 0) {
        const name = '/proc/self/popen';
        noShell = guest.allocate(name.length + 1);
        memory.putText(noShell, name, name.length + 1);
      }
      return noShell;
    },
    js_popen_get_pid_for_fd: (fd: number) => pidByDescriptor.get(fd) ?? -1,
    js_popen_set_pid_for_fd: (fd: number, pid: number) => {
      pidByDescriptor.set(fd, pid);
      return undefined;
    },
    js_popen_clear_pid_for_fd: (fd: number) => {
      pidByDescriptor.delete(fd);
      return undefined;
    },
    js_getpid: () => calls.process.pid,
    exit: (status: number) => {
      // What atexit handlers and stdio still hold.
      if (guest.has('__funcs_on_exit')) guest.call('__funcs_on_exit');
      if (guest.has('fflush')) guest.call('fflush', 0);
      calls.plain(number.SYS_exit_group, status);
      throw new Abort('the kernel let an ended process go on');
    },
    proc_exit: (status: number) => {
      calls.plain(number.SYS_exit_group, status);
      throw new Abort('the kernel let an ended process go on');
    },
    _abort_js: () => {
      throw new Abort('abort()');
    },
    __assert_fail: (condition: number, file: number, line: number, name: number) => {
      const place = `${file === 0 ? '?' : memory.text(file)}:${line}${name === 0 ? '' : ` ${memory.text(name)}`}`;
      throw new Abort(`assertion failed: ${memory.text(condition)} at ${place}`);
    },
    __call_sighandler: (handler: number, signal: number) => {
      const target: unknown = guest.table().get(handler);
      if (typeof target === 'function') target(signal);
      return undefined;
    },
  };
}
