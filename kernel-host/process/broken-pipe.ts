/** SIGPIPE: what a write without a reader sends to the thread that tried (POSIX write(), send()). */

import { SI_USER, SIGPIPE } from '../abi/signal.js';
import { MSG_NOSIGNAL } from '../abi/socket.js';
import * as number from '../abi/syscall.js';
import type { Task } from './task.js';

/** The argument that holds the flags of calls which can do without the signal. */
const FLAGS: ReadonlyMap<number, number> = new Map([
  [number.SYS_sendto, 3],
  [number.SYS_sendmsg, 2],
]);

/** A call has failed with EPIPE. Programs whose handlers cannot be called have never known the signal: they see the error. */
export function brokenPipe(task: Task): void {
  if (!task.signals.handles) return;
  const { channel, process } = task;
  const argument = FLAGS.get(channel.number);
  if (argument !== undefined && (channel.argument(argument) & MSG_NOSIGNAL) !== 0) return;
  process.signals.send({ signal: SIGPIPE, code: SI_USER, first: process.pid, second: process.credentials.ruid }, task);
}
