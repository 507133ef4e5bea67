/** accept() and connect() of SOCK_SEQPACKET (unix(7)). */
import { EAGAIN, ECONNREFUSED, EINVAL, EISCONN, EMFILE, EOPNOTSUPP, EPROTOTYPE } from '../abi/errno.js';
import { POLLIN } from '../abi/poll.js';
import { AF_UNIX, SOCK_SEQPACKET } from '../abi/socket.js';
import type { Kernel } from '../kernel.js';
import { writeAddress } from '../net/address.js';
import type { DatagramSocket } from '../net/datagram-socket.js';
import type { WaitQueue } from '../poll/wait-queue.js';
import { PARKED, type Task } from '../process/task.js';
import { nonBlocking, whenReady } from './call.js';
import { ownCredentials } from './control-messages.js';
import { installSocket, nowhere, remoteOf } from './socket-files.js';

/** A connection of SOCK_SEQPACKET. */
export function acceptPackets(
  kernel: Kernel,
  task: Task,
  listening: DatagramSocket,
  description: number,
  address: number,
  lengthAt: number,
  flags: number,
): number {
  if (listening.type !== SOCK_SEQPACKET) return -EOPNOTSUPP;
  const attempt = (): number => {
    if (!listening.listener) return -EINVAL;
    if (!task.process.descriptors.hasRoom) return -EMFILE;
    const accepted = listening.listener.accept();
    if (!accepted) return -EAGAIN;
    const result = installSocket(kernel, task, accepted, flags);
    if (result >= 0) writeAddress(task.memory, address, lengthAt, remoteOf(accepted) ?? nowhere(AF_UNIX), AF_UNIX);
    return result;
  };
  return whenReady(task, listening, description, POLLIN, !nonBlocking(kernel, description), attempt);
}

/** connect() of SOCK_SEQPACKET: a connection, as of a stream. */
export function connectPackets(
  kernel: Kernel,
  task: Task,
  socket: DatagramSocket,
  key: string | null,
  mayWait: boolean,
): number {
  const queues: WaitQueue[] = [];
  const attempt = (): number => {
    if (socket.peer) return -EISCONN;
    if (socket.listener) return -EINVAL;
    const target = key === null ? null : kernel.datagrams.atPath(key);
    if (key !== null && typeof kernel.network.listenerAt({ family: 'unix', path: new Uint8Array(0) }, key) !== 'number')
      return -EPROTOTYPE;
    if (!target) return -ECONNREFUSED;
    if (target.type !== SOCK_SEQPACKET) return -EPROTOTYPE;
    if (!target.listener) return -ECONNREFUSED;
    if (!target.listener.full) return kernel.datagrams.connectPackets(socket, target, ownCredentials(task));
    if (!mayWait) return -EAGAIN;
    queues[0] = target.listener.room;
    return task.parked ? PARKED : task.park({ queues, retry: attempt, deadline: null, expired: () => -EAGAIN });
  };
  return attempt();
}
